import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Measured, measure } from '../harness/measure.ts';
import type { Answer, BenchOptions, Question } from '../harness/question.ts';
import { told } from '../harness/rounds.ts';
import { fill, program } from '../market/backfill.ts';
import { inventDaily, sessionBefore } from '../market/invented.ts';
import type { DailyMarket } from '../market/market.ts';
import { prerender, serve } from '../market/simulator.ts';
import { type Steps, addRun, growthOf } from './growth.ts';
import { syncsOf } from './syncs.ts';

const WORKERS = 2;
const SESSIONS = 253;
const END = '2026-11-20';

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
    const notes: string[] = [];
    for (const [count, runs] of RUNS) {
      if (options.quick && count > 1000) continue;
      const scratch = join(options.scratch, String(count));
      await mkdir(scratch);
      notes.push(await atSize({ ...options, scratch }, count, runs, steps));
      await rm(scratch, { recursive: true });
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
): Promise<string> {
  const market = await inventDaily(scratch, { tickers: count, sessions: SESSIONS, end: END });
  const earlier = { ...market, ...sessionBefore(market) };
  const server = await serve(market, join(scratch, 'requests.ndjson'));
  try {
    tell(`rendering ${market.what}`);
    await prerender(server, market, scratch, [earlier, market]);
    const at = (store: string, until: DailyMarket) => (): Promise<Measured> =>
      measure(fill(until, { store, workers: WORKERS, url: server.url }));
    const step = async (name: string, run: () => Promise<Measured>): Promise<void> =>
      addRun(steps, name, count, await told({ name: `${count} series, ${name}`, run }, tell).run());
    let syncs = '';
    for (let run = 0; run < runs; run++) {
      const store = join(scratch, `run-${run}`, 'store');
      const copy = join(scratch, `run-${run}`, 'copy');
      await step('fill', at(store, earlier));
      await step('nothing to do', at(store, earlier));
      // Other inodes and times: nothing that was remembered of the files holds.
      await cp(store, copy, { recursive: true });
      await step('nothing to do, store copied', at(copy, earlier));
      await step('check-data', () =>
        measure(program('check-data', ['--store', store, '--now', earlier.now])),
      );
      await step('top-up by a session', at(store, market));
      if (run === 0) {
        syncs = await syncsOf(
          fill(market, { store: copy, workers: WORKERS, url: server.url }),
          count,
          scratch,
        );
      }
      await rm(join(scratch, `run-${run}`), { recursive: true });
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
