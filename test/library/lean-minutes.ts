import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';

/** Half past nine in New York, in minutes. */
const OPEN = 570;
const MINUTES = 390;

/** Rows of the regular session of each day, read by code that shares nothing with the program's own. */
export async function minutesIn(
  folder: string,
  first: string,
  last: string,
): Promise<{ readonly longer: (minutes: number) => number[][] }> {
  const days: number[][][] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const day = name.slice(0, 8);
    if (day < first || day > last) continue;
    const [file] = Object.values(unzipSync(await readFile(join(folder, name)))) as [Uint8Array];
    const rows = strFromU8(file)
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number));
    days.push(rows.filter(([ms = 0]) => ms / 60_000 >= OPEN && ms / 60_000 < OPEN + MINUTES));
  }
  /** `[open, high, low, close, volume]` of each stretch of so many minutes since the open, in dollars and shares. */
  const longer = (minutes: number): number[][] =>
    days.flatMap((rows) => {
      const stretches = new Map<number, number[][]>();
      for (const row of rows) {
        const stretch = Math.floor(((row[0] as number) / 60_000 - OPEN) / minutes);
        stretches.set(stretch, [...(stretches.get(stretch) ?? []), row]);
      }
      return [...stretches.values()].map((some) => {
        const column = (i: number): number[] => some.map((row) => row[i] as number);
        const [prices, volume] = [
          (value: number) => value / 10_000,
          column(5).reduce((sum, v) => sum + v, 0),
        ];
        return [
          prices(column(1)[0] as number),
          prices(Math.max(...column(2))),
          prices(Math.min(...column(3))),
          prices(column(4).at(-1) as number),
          volume,
        ];
      });
    });
  return { longer };
}
