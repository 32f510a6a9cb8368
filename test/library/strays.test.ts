import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type History, openHistory } from '../../src/index.ts';

// Quarters of an hour of Monday 2026-02-23 to Thursday, and rows before the market opens.

let folder = '';
let history: History;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-strays-'));
  await mkdir(join(folder, 'bars'));
  history = openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), workers: 1 },
    ...{ provider: { id: 'csv', url: join(folder, 'bars'), settings: { basis: 'raw' } } },
    clock: () => Date.parse('2026-03-02T23:00:00Z'),
  });
});
afterEach(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

const ALFA = { ticker: 'ALFA', interval: '15m' } as const;

/** Quarters of an hour of a day from an hour of New York on, in which prices and volumes go up and down. */
function quarters(date: string, hour: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const minutes = hour * 60 + i * 15;
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const open = 50 + ((i * 7 + hour) % 5) / 10;
    return `${date}T${time}:00-05:00,${open},${open + 0.5},${open - 0.5},${open + 0.1},${1000 + ((i * 37) % 91)}`;
  });
}

const regular = (date: string): string[] => quarters(date, 9.5, 26);
const early = (date: string): string[] => quarters(date, 5, 8);

async function fileOf(...rows: readonly string[][]): Promise<void> {
  const lines = ['datetime,open,high,low,close,volume', ...rows.flat()];
  await writeFile(join(folder, 'bars', 'ALFA_15m.csv'), `${lines.join('\n')}\n`);
}

describe('rows outside trading hours', () => {
  it('of days that are asked along with others are not lost of what was wanted', async () => {
    await fileOf(...['2026-02-23', '2026-02-24'].flatMap((date) => [early(date), regular(date)]));
    await history.ensureRange(ALFA, { start: '2026-02-23', end: '2026-02-24' });
    const earlier = await history.ensureRange(ALFA, { start: '2026-02-17', end: '2026-02-24' });
    expect(earlier).toMatchObject({ complete: true, failures: [], absent: [{ sessions: 4 }] });
    expect((await history.run(earlier.runId ?? ''))?.summary).toMatchObject({ dropped: 16 });
  });

  it('that are all there is of some sessions leave these missing, whenever they are asked for', async () => {
    const [monday, tuesday, wednesday, thursday] = [
      '2026-02-23',
      '2026-02-24',
      '2026-02-25',
      '2026-02-26',
    ] as const;
    await fileOf(regular(monday), early(tuesday), early(wednesday), regular(thursday));
    for (const day of [monday, thursday]) await history.ensureRange(ALFA, { start: day, end: day });
    for (let time = 1; time <= 2; time++) {
      const ensured = await history.ensureRange(ALFA, { start: monday, end: thursday });
      expect(ensured).toMatchObject({
        complete: false,
        absent: [],
        lacks: [{ sessions: 2, ranges: [{ start: tuesday, end: wednesday, why: 'missing' }] }],
        failures: [{ code: 'mostly-rejected', from: tuesday, to: wednesday }],
      });
      expect(ensured.failures[0]?.message).toContain('16 of 16 rows that came could not be stored');
    }
  });

  it('that are few, and all there is of a session, leave it absent', async () => {
    await fileOf(regular('2026-02-23'), early('2026-02-24').slice(0, 4), regular('2026-02-25'));
    const ensured = await history.ensureRange(ALFA, { start: '2026-02-23', end: '2026-02-25' });
    expect(ensured).toMatchObject({ complete: true, failures: [], absent: [{ sessions: 1 }] });
  });
});
