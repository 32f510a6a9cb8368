import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { type CsvFolderMarket, csvFolderMarket } from '../../../src/market/csv-folder.ts';

export const ALL: DayRange = { from: parseDay('1950-01-01'), to: parseDay('2030-01-01') };

/** The first line of a file of daily bars. */
export const HEADER = 'date,open,high,low,close,volume';

/** A temporary folder with the given files, which goes with the test. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'csv-folder-'));
  // A hook of this module would be one of the first test file only that loads it: those that compute share a process.
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** The market of a temporary folder with the given files. */
export function marketOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  zone: string | null = null,
  stamps: 'start' | 'end' | null = null,
): CsvFolderMarket {
  return csvFolderMarket(folderOf(files), zone, stamps);
}

/** A zip file that holds one text. */
export function zipped(name: string, text: string): Uint8Array {
  return zipSync({ [name]: strToU8(text) });
}

/** What a call throws. */
export function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Stamps of all rows of a series: `2024-01-02` of daily ones, else `2024-01-02T14:30Z`. */
export function stampsOf(market: CsvFolderMarket, ticker: string, interval: Interval = '1d'): string[] {
  return market.rows(ticker, interval, ALL).map(({ ts }) => {
    const iso = new Date(ts).toISOString();
    return interval === '1d' ? iso.slice(0, 10) : `${iso.slice(0, 16)}Z`;
  });
}

/** A file of `time,open,high,low,close,volume` with one row a stamp; the volume is `volumeAt` it. */
export function fileOf(
  stamps: readonly string[],
  { header = 'time', volumeAt = () => 1000 }: { header?: string; volumeAt?: (stamp: string) => number } = {},
): string {
  const lines = stamps.map((stamp) => `${stamp},10,11,9,10.5,${volumeAt(stamp)}\n`);
  return `${header},open,high,low,close,volume\n${lines.join('')}`;
}

/** `2024-01-08 09:30:00` and so on: every `minutes` from one time of day to another (exclusive) on each date. */
export function times(dates: readonly string[], from: string, to: string, minutes: number): string[] {
  return dates.flatMap((date) => {
    const stamps: string[] = [];
    for (let at = minutesOf(from); at < minutesOf(to); at += minutes)
      stamps.push(`${date} ${two(Math.floor(at / 60))}:${two(at % 60)}:00`);
    return stamps;
  });
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
