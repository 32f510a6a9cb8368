import { join } from 'node:path';
import { measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { BenchOptions, Question, Row } from '../harness/question.ts';
import { type Contestant, type Cost, inRounds, told } from '../harness/rounds.ts';
import { spreadOf } from '../harness/spread.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { inventDaily } from '../market/invented.ts';

const WORKERS = 2;
/** Five years. */
const SESSIONS = 1260;

/** By the name of a way of `replay.mjs`. */
const WAYS = {
  replay: 'replay, all columns',
  close: 'replay, closes alone',
  rows: 'replay, row by row',
  batches: 'series by series',
} as const;

/** Of all bars of a store, in a process of its own that has not given any before. */
interface Given extends Cost {
  readonly bars: number;
  /** Of their closes. */
  readonly sum: number;
  readonly peakBytes: number;
}

export const replay: Question = {
  asks: 'How many bars a second come out of a store, in time order and series by series, and in how much memory?',
  answer: async (options) => {
    const sizes = options.quick ? [100] : [500, 2000];
    const rows: Row[] = [];
    for (const tickers of sizes) for (const row of await rowsOf(options, tickers)) rows.push(row);
    return {
      notes: [
        `invented series of ${SESSIONS} daily sessions, as traded, from a folder that is in memory; each way in a new process`,
        'measured from the call to the last bar, opening and scanning included; the largest the process ever was',
      ],
      tables: [
        {
          title: 'All bars of a store',
          columns: [
            { key: 'bars', title: 'bars', unit: 'count' },
            { key: 'wall', title: 'wall', unit: 'ms' },
            { key: 'cpu', title: 'CPU', unit: 'ms' },
            { key: 'pace', title: 'bars/s', unit: 'count' },
            { key: 'peak', title: 'peak memory', unit: 'bytes' },
          ],
          rows,
        },
      ],
      charts: [],
    };
  },
};

async function rowsOf({ quick, scratch, tell }: BenchOptions, tickers: number): Promise<Row[]> {
  const market = await inventDaily(scratch, { tickers, sessions: SESSIONS, end: '2026-11-20' });
  const store = join(scratch, `store-${tickers}`, 'store');
  await measureFill(fill(market, { store, workers: WORKERS }));
  const contestants = Object.entries(WAYS).map(([way, name]): Contestant<Given> =>
    told(
      {
        name: `${tickers} series, ${name}`,
        run: () =>
          measureInside<Given>({
            program: process.execPath,
            args: [fromRoot('bench/programs/replay.mjs'), store, way],
          }),
      },
      tell,
    ),
  );
  const measured = await inRounds(contestants, { warmUps: 1, runs: quick ? 1 : 3 });
  const all = [...measured.values()].flat();
  // The sums are of another order of the same bars: the last digits differ.
  const isSame = ({ bars, sum }: Given): boolean =>
    bars === tickers * SESSIONS && Math.abs(sum / (all[0]?.sum ?? 0) - 1) < 1e-9;
  if (!all.every(isSame)) throw new Error('not every way gave all bars of the store');
  return [...measured].map(([name, given]): Row => ({
    name,
    cells: {
      bars: given[0]?.bars ?? null,
      wall: spreadOf(given.map(({ wallMs }) => wallMs)),
      cpu: spreadOf(given.map(({ cpuMs }) => cpuMs)),
      pace: spreadOf(given.map(({ bars, wallMs }) => Math.round((1000 * bars) / wallMs))),
      peak: spreadOf(given.map(({ peakBytes }) => peakBytes)),
    },
  }));
}
