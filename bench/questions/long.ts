// Questions that take longer than five minutes, asked by name only.

import { join } from 'node:path';
import { type Measured, measure } from '../harness/measure.ts';
import type { Answer, BenchOptions, Question } from '../harness/question.ts';
import { runFolder } from '../harness/scratch.ts';
import { checkData, fill, measureFill } from '../market/backfill.ts';
import { inventDaily, inventMinutes, sessionBefore } from '../market/invented.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { type Steps, growthOf, runStep } from './growth.ts';

const WORKERS = 2;
const END = '2026-11-20';

/** Thirty years. */
const THIRTY_YEARS = 7560;
const TWO_YEARS = 504;

const SERIES = {
  note: `bars come from a folder of CSV files; ${WORKERS} workers; whole processes from start to exit; one run`,
  unit: 'series',
};

export const scale100000: Question = {
  asks: 'A hundred thousand series: what do a plan, a run with nothing to do and check-data cost?',
  long: true,
  answer: async (options) => {
    const steps: Steps = new Map();
    for (const count of options.quick ? [2000] : [10_000, 100_000]) {
      const market = await inventDaily(options.scratch, { tickers: count, sessions: 6, end: END });
      const earlier = { ...market, ...sessionBefore(market) };
      const store = join(options.scratch, String(count), 'store');
      const run = { store, workers: WORKERS };
      const step = (name: string, measured: () => Promise<Measured>): Promise<void> =>
        runStep(steps, name, count, measured, options.tell);
      await step('fill five sessions', () => measureFill(fill(earlier, run)));
      await step('nothing to do', () => measure(fill(earlier, run)));
      await step('check-data', () => measure(checkData(store, earlier)));
      await step('plan of a session', () => measure(fill(market, { ...run, more: ['--dry-run'] })));
    }
    return answerOf(steps, SERIES);
  },
};

export const scaleCsv: Question = {
  asks: 'What do time and memory of a fill from a folder of CSV files depend on?',
  long: true,
  answer: async (options) => {
    const steps: Steps = new Map();
    for (const count of options.quick ? [200] : [1000, 10_000]) {
      const market = await inventDaily(options.scratch, { tickers: count, sessions: 252, end: END });
      await fillOnce(options, steps, 'fill 252 sessions', market, count);
    }
    return answerOf(steps, SERIES);
  },
};

export const scaleHistory: Question = {
  asks: 'What do long histories cost: thirty years by the day, two years by the minute?',
  long: true,
  answer: async (options) => {
    const steps: Steps = new Map();
    const sizes = options.quick ? [10] : [10, 100];
    for (const count of sizes) {
      const invented = { tickers: count, sessions: THIRTY_YEARS, end: END };
      await fillOnce(
        options,
        steps,
        'thirty years, daily',
        await inventDaily(options.scratch, invented),
        count,
      );
    }
    const sessions = options.quick ? 63 : TWO_YEARS;
    for (const count of options.quick ? [1] : [5, 50]) {
      const market = await inventMinutes(options.scratch, { tickers: count, sessions, end: END });
      const name = `${sessions} sessions by the minute`;
      await fillOnce(options, steps, name, market, count, ['--interval', '1m']);
    }
    return answerOf(steps, SERIES);
  },
};

async function fillOnce(
  options: BenchOptions,
  steps: Steps,
  name: string,
  market: DailyMarket,
  count: number,
  more: readonly string[] = [],
): Promise<void> {
  const store = join(await runFolder(options.scratch), 'store');
  const run = (): Promise<Measured> => measureFill(fill(market, { store, workers: WORKERS, more }));
  await runStep(steps, name, count, run, options.tell);
}

function answerOf(steps: Steps, { note, unit }: typeof SERIES): Answer {
  return { notes: [note], ...growthOf(steps, unit) };
}
