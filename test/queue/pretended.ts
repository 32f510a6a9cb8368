import { setTimeout as sleep } from 'node:timers/promises';
import {
  NOTHING_BEYOND,
  NO_TRAFFIC,
  type Runner,
  type SeriesReport,
  type TaskOrder,
  type TaskResult,
  failedWhole,
} from '../../src/backfill/runner.ts';
import { BackfillError, errorData } from '../../src/core/errors.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import type { QueueRun } from '../../src/queue/run.ts';
import { orderFor } from '../pool/orders.ts';

/** What a worker's pool did, for a test. */
export interface Pretended extends Runner {
  /** Tickers in the order in which they were begun. */
  readonly begun: string[];
  readonly isAbandoned: boolean;
  readonly isCancelled: boolean;
  readonly isClosed: boolean;
}

/**
 * A pool whose tickers say what becomes of them: `SLOW@300` takes so long, `HOLD` until the run is abandoned, `ASK` until nothing
 * more may be asked for, `BIG` has a large result, `DIE` takes the whole process with it; any other is fine at once.
 */
export function pretendedRunner(): Pretended {
  let sent = 0;
  const state = { isAbandoned: false, isCancelled: false, isClosed: false };
  let abandon = (): void => undefined;
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });
  let cancel = (): void => undefined;
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const begun: string[] = [];
  const run = async ({ task }: TaskOrder): Promise<TaskResult> => {
    const ticker = task.wants[0]?.series.ticker ?? '';
    begun.push(ticker);
    if (ticker.startsWith('DIE')) process.kill(process.pid, 'SIGKILL');
    sent += task.requests;
    const [, ms = '0'] = ticker.split('@');
    if (ticker.startsWith('HOLD')) await abandoned;
    else if (ticker.startsWith('ASK')) await Promise.race([cancelled, abandoned]);
    else await Promise.race([sleep(Number(ms)), abandoned]);
    if (state.isAbandoned || ticker.startsWith('ASK'))
      return failedWhole(task, (about) => errorData(new BackfillError('cancelled', 'ended'), about));
    const why = ticker.startsWith('BIG') ? longText() : null;
    return { series: task.wants.map(() => ({ ok: true, report: { ...REPORT, firstFault: why } })) };
  };
  return {
    ...{ workers: 1, capacity: 4, deaths: 0, begun, run },
    get isAbandoned() {
      return state.isAbandoned;
    },
    get isCancelled() {
      return state.isCancelled;
    },
    get isClosed() {
      return state.isClosed;
    },
    traffic: {
      cancel: () => {
        state.isCancelled = true;
        cancel();
      },
      now: () => ({
        ...{ ...NO_TRAFFIC, sent, succeeded: sent, beyond: NOTHING_BEYOND, pausedMs: 0, learned: null },
        standing: unusedAt(0),
      }),
    },
    abandon: () => {
      state.isAbandoned = true;
      abandon();
    },
    close: () => Promise.resolve(void (state.isClosed = true)),
  };
}

/** What no packing makes short. */
export function longText(chars = 200_000): string {
  let [text, seed] = ['', 1];
  while (text.length < chars) {
    seed = (seed * 48_271) % 2_147_483_647;
    text += seed.toString(36);
  }
  return text;
}

export const REPORT: SeriesReport = {
  ...{ bars: 5, inserted: 5, changed: 0, revised: 0, present: 5, provisional: 0, waiting: 0, absent: {} },
  ...{
    unavailable: [],
    missing: 0,
    rejected: 0,
    dropped: 0,
    offGrid: 0,
    strays: 0,
    unusable: 0,
    unfinished: 0,
  },
  ...{ firstFault: null, wayOut: null, fillers: 0, oddities: [], drift: {}, fingerprint: null },
  ...{ unconfirmed: null, fetchMs: 1, storeMs: 1 },
};

/** A run of the pretended pools. */
export function pretendedRun(id: string, more: Partial<QueueRun> = {}): QueueRun {
  return { id, store: 's3://lake/data', provider: { id: 'sample' }, lock: 'the lock', ...more };
}

/** Runs tickers at once; gives what became of each: `ok`, or the code of its error. */
export async function runAll(runner: Runner, tickers: readonly string[]): Promise<Record<string, string>> {
  const ends = await Promise.all(tickers.map((ticker) => runner.run(orderFor(ticker))));
  return Object.fromEntries(tickers.map((ticker, i) => [ticker, endOf(ends[i])]));
}

export function endOf(result: TaskResult | undefined): string {
  const [one] = result?.series ?? [];
  if (one === undefined) return result?.error?.code ?? 'nothing';
  return one.ok ? 'ok' : one.error.code;
}
