import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../../src/backfill/runner.ts';
import type { Plan } from '../../src/core/plan/plan.ts';
import { type Quota, unusedAt } from '../../src/core/plan/quota.ts';
import type { Task, Want } from '../../src/core/plan/task.ts';

/** A task for the next sessions of some series. */
export function taskOf(id: string, ...tickers: readonly string[]): Task {
  const wants = tickers.map((ticker) => ({ id: `${ticker} ${id}`, series: { ticker, interval: '1d' } }));
  return { id, wants, requests: 1 } as unknown as Task;
}

/** A run has the store, and will be on record. */
export function begun(runId: string): BackfillEvent {
  return { type: 'begun', runId, provider: 'acme', startedAt: 1_000_000 };
}

export function planned(...tasks: readonly Task[]): BackfillEvent {
  const series = new Set(tasks.flatMap(({ wants }) => wants.map((want) => want.series.ticker))).size;
  const totals = {
    requests: tasks.length,
    series,
    complete: 0,
    withHoles: 0,
    provisional: 0,
    unavailable: 0,
  };
  const plan = { tasks, totals: { ...totals, toFill: series }, quotaMs: null } as unknown as Plan;
  return { type: 'planned', plan, setAside: [], lost: [], distrusted: [] };
}

export function running(traffic: () => Partial<TrafficNow>, workers = 2): BackfillEvent {
  return {
    type: 'running',
    plan: { tasks: [] } as unknown as Plan,
    workers,
    traffic: () => ({
      ...{ ...NO_TRAFFIC, beyond: NOTHING_BEYOND, pausedMs: 0, learned: null, standing: unusedAt(0) },
      ...traffic(),
    }),
  };
}

export function started(task: Task): BackfillEvent {
  return { type: 'started', task };
}

/** A want of a task is over: `code` says why it failed. */
export function finished(task: Task, place = 0, code?: string, fetchMs = 40): BackfillEvent {
  const want = task.wants[place] as Want;
  const { ticker, interval } = want.series;
  const report = { bars: 250, fetchMs, storeMs: 5 };
  const failure = { ticker, interval, from: '', to: '', code, message: `why ${ticker} failed` };
  return {
    type: 'finished',
    want,
    requests: 1,
    result: (code === undefined ? { ok: true, report } : { ok: false, error: { code } }) as never,
    failure: (code === undefined ? null : failure) as never,
    done: 1,
  };
}

export function asking(provider: string, quotas: readonly Quota[], before: readonly string[]): BackfillEvent {
  return { type: 'asking', provider, quotas, before, chain: [...before, provider] };
}
