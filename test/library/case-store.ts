import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { stopSeries } from '../backfill/yahoo-series.ts';
import { caseOf } from '../cases.ts';
import { type Desk, csvDesk as openCsvDesk, yahooDesk as openYahooDesk } from './case-desk.ts';

/** A folder for the stores of a case, new for each test. */
let folder = '';

/** Has each test of a file begin with an empty folder. */
export function beginInFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-cases-'));
  });
  afterEach(async () => {
    await stopSeries();
    await rm(folder, { recursive: true });
  });
}

export const storeAt = (name: string): string => join(folder, name);
export const csvDesk = (name: string, now: string, store = 'store'): Desk =>
  openCsvDesk(name, now, storeAt(store));
export const yahooDesk = (name: string, now: string, store = 'store'): Promise<Desk> =>
  openYahooDesk(name, now, storeAt(store));

/** The lines of a CSV file below its header, oldest first, cut into fields. */
export async function linesOf(path: string): Promise<string[][]> {
  const [, ...lines] = (await readFile(caseOf(path), 'utf8')).trim().split('\n');
  return lines.map((line) => line.trim().split(',')).toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

export const CLEAN = { failed: 0, rejected: 0, dropped: 0, notRun: 0 };

/** A run of one ticker a session a day, from `first` to `last`, as a daily job asks. */
export async function dayByDay(
  open: (now: string) => Desk | Promise<Desk>,
  ticker: string,
  days: readonly string[],
): Promise<Desk | undefined> {
  let last: Desk | undefined;
  for (const day of days) {
    last = await open(`${day}T23:59:00Z`);
    await last.run({ tickers: [ticker], days: 5 });
  }
  return last;
}

export const dates = (first: string, last: string): string[] => {
  const all: string[] = [];
  for (let day = parseDay(first); day <= parseDay(last); day++) all.push(formatDay(day));
  return all;
};
