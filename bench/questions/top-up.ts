import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Measured } from '../harness/measure.ts';
import type { BenchOptions, Question } from '../harness/question.ts';
import { fill, measureFill } from '../market/backfill.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { inventDaily, sessionBefore } from '../market/invented.ts';
import { type Steps, growthOf, runStep } from './growth.ts';
import { syncsOf } from './syncs.ts';

const WORKERS = 2;
const SESSIONS = 253;
const END = '2026-11-20';

/** The newest rows of a series that its source still has: all but one of them are stored. */
const ROWS = 5;

export const topUp: Question = {
  asks: 'What does a session more cost, where its rows are at hand?',
  answer: async (options) => {
    const steps: Steps = new Map();
    const syncs: string[] = [];
    for (const count of options.quick ? [1000] : [1000, 10_000]) {
      const scratch = join(options.scratch, String(count));
      await mkdir(scratch);
      const line = await atSize({ ...options, scratch }, count, steps);
      if (line !== null) syncs.push(line);
    }
    return {
      notes: [
        `invented daily series of ${SESSIONS - 1} stored sessions; then one more, out of a file of the last ${ROWS} rows of all`,
        `${WORKERS} workers; whole processes from start to exit; every check is made and every series committed`,
        ...syncs,
      ],
      ...growthOf(steps, 'series'),
    };
  },
};

/** Gives what is said of the syncs; null at the size at which a traced run would take too long. */
async function atSize({ scratch, tell }: BenchOptions, count: number, steps: Steps): Promise<string | null> {
  const market = await inventDaily(scratch, { tickers: count, sessions: SESSIONS, end: END });
  const newest = { ...market, folder: await newestRows(market, scratch) };
  const stored = join(scratch, 'stored');
  await measureFill(fill({ ...market, ...sessionBefore(market) }, { store: stored, workers: WORKERS }));
  const copyOf = async (name: string): Promise<string> => {
    const store = join(scratch, name, 'store');
    await cp(stored, store, { recursive: true });
    return store;
  };
  for (const run of ['first', 'second', 'third']) {
    const store = await copyOf(run);
    const measured = (): Promise<Measured> => measureFill(fill(newest, { store, workers: WORKERS }));
    await runStep(steps, 'top-up by a session', count, measured, tell);
  }
  if (count > 1000) return null;
  return syncsOf(fill(newest, { store: await copyOf('traced'), workers: WORKERS }), count, scratch);
}

/** A folder of one file, as of a day's download: the last rows of all tickers, which are in memory once it is read. */
export async function newestRows({ folder, tickers }: DailyMarket, scratch: string): Promise<string> {
  const newest = join(scratch, `${basename(folder)}-newest`);
  await mkdir(newest);
  const lines = ['ticker,date,open,high,low,close,volume'];
  for (const ticker of tickers) {
    const text = await readFile(join(folder, `${ticker}.csv`), 'utf8');
    for (const row of text.trimEnd().split('\n').slice(-ROWS)) lines.push(`${ticker},${row}`);
  }
  await writeFile(join(newest, 'all.csv'), `${lines.join('\n')}\n`);
  return newest;
}
