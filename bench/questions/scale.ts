import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import type { Answer, BenchOptions, Question } from '../harness/question.ts';
import { checkData, fill, measureFill } from '../market/backfill.ts';
import { inventDaily, sessionBefore } from '../market/invented.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { prerender, serve } from '../market/simulator.ts';
import { type Steps, growthOf, runStep } from './growth.ts';
import { syncsOf } from './syncs.ts';

const WORKERS = 2;
const SESSIONS = 253;
const END = '2026-11-20';

/** A traced run takes several times as long. */
const MOST_TRACED = 1000;

/** How often each step is run, by the number of series. */
const RUNS: ReadonlyMap<number, number> = new Map([
  [100, 3],
  [1000, 2],
  [10_000, 1],
]);

export const scale: Question = {
  asks: 'What do filling, topping up and checking cost as the series become more?',
  answer: async (options) => {
    const steps: Steps = new Map();
    let notes: string[] = [];
    for (const [count, runs] of RUNS) {
      if (options.quick && count > 1000) continue;
      const scratch = join(options.scratch, String(count));
      await mkdir(scratch);
      notes = notes.concat(await atSize({ ...options, scratch }, count, runs, steps));
    }
    return answerOf(steps, notes);
  },
};

/** Runs all steps over so many series. Gives what is said of the syncs of a top-up. */
async function atSize(
  { scratch, tell }: BenchOptions,
  count: number,
  runs: number,
  steps: Steps,
): Promise<string[]> {
  const market = await inventDaily(scratch, { tickers: count, sessions: SESSIONS, end: END });
  const earlier = { ...market, ...sessionBefore(market) };
  const server = await serve(market, join(scratch, 'requests.ndjson'));
  try {
    tell(`rendering ${market.what}`);
    await prerender(server, market, scratch, [earlier, market]);
    const run = (store: string, until: DailyMarket): Command =>
      fill(until, { store, workers: WORKERS, url: server.url });
    const step = (name: string, measured: () => Promise<Measured>): Promise<void> =>
      runStep(steps, name, count, measured, tell);
    const syncs: string[] = [];
    for (let i = 0; i < runs; i++) {
      const folder = join(scratch, `run-${i}`);
      const [store, copy] = [join(folder, 'store'), join(folder, 'copy')];
      await step('fill', () => measureFill(run(store, earlier)));
      await step('nothing to do', () => measure(run(store, earlier)));
      // Other inodes and times: nothing that was remembered of the files holds.
      await cp(store, copy, { recursive: true });
      await step('nothing to do, store copied', () => measure(run(copy, earlier)));
      await step('check-data', () => measure(checkData(store, earlier)));
      await step('top-up by a session', () => measureFill(run(store, market)));
      if (i === 0 && count <= MOST_TRACED) syncs.push(await syncsOf(run(copy, market), count, scratch));
    }
    return syncs;
  } finally {
    await server.stop();
  }
}

function answerOf(steps: Steps, syncs: readonly string[]): Answer {
  const notes = [
    `invented daily series of ${SESSIONS - 1} sessions, one more by the top-up; ${WORKERS} workers; no latency`,
    'whole processes from start to exit; bodies rendered before, by a process of its own',
    ...syncs,
  ];
  return { notes, ...growthOf(steps, 'series') };
}
