import type { Failure } from '../../../src/backfill/failure.ts';
import type { BackfillEvent } from '../../../src/backfill/run/events.ts';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../../../src/backfill/runner.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { type Quota, unusedAt } from '../../../src/core/plan/quota.ts';
import type { Task, Want } from '../../../src/core/plan/task.ts';
import { EVENTS, type EventName } from '../../../src/monitor/log/events.ts';
import { RunLog } from '../../../src/monitor/log/run-log.ts';

/** An event as it was told. */
export interface Told {
  readonly event: EventName;
  readonly run?: string | undefined;
  readonly provider?: string | undefined;
  readonly [field: string]: unknown;
}

const IS_KIND: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: Number.isFinite,
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

/** What is wrong with the fields of an event by its declaration; none: nothing is. */
export function undeclaredIn({ event, ...said }: Told): string[] {
  const fields: Readonly<Record<string, string>> = {
    run: 'text?',
    provider: 'text?',
    ...EVENTS[event].fields,
  };
  const strangers = Object.keys(said).filter((name) => !(name in fields));
  const wrong = Object.entries(fields).filter(([name, kind]) =>
    said[name] === undefined ? !kind.endsWith('?') : !IS_KIND[kind.replace('?', '')]?.(said[name]),
  );
  return [...strangers, ...wrong.map(([name, kind]) => `${name} is no ${kind}`)].map(
    (one) => `${event}: ${one}`,
  );
}

/** A log that keeps what it is told. */
export function keptLog() {
  const all: Told[] = [];
  const log = new RunLog((event, about, said) => void all.push({ event, ...about, ...said }));
  return {
    log,
    all,
    named: (event: EventName): Told[] => all.filter((one) => one.event === event),
    note: (...events: readonly BackfillEvent[]): void => events.forEach((event) => log.note(event)),
  };
}

export const begun = (runId: string, provider = 'sample', more: object = {}): BackfillEvent => ({
  ...{ type: 'begun', runId, provider, startedAt: 0 },
  ...more,
});

export const task = (ticker: string, id = `${ticker} 1d`): Task =>
  ({ id, requests: 1, wants: [{ id, series: { ticker, interval: '1d' } }] }) as unknown as Task;

export const planned = (tasks: readonly Task[], more: object = {}): BackfillEvent => ({
  ...{ type: 'planned', setAside: [], lost: [], distrusted: [] },
  plan: {
    ...{ tasks, quotaMs: null },
    totals: { series: 9, complete: 4, toFill: 5, unavailable: 0, sessions: 50, requests: 7 },
  } as unknown as Plan,
  ...more,
});

const QUOTAS: readonly Quota[] = [];
export const asking = (provider: string, before: readonly string[], more: object = {}): BackfillEvent => ({
  ...{ type: 'asking', provider, quotas: QUOTAS, before, chain: [...before, provider] },
  ...more,
});

export const running = (traffic: () => Partial<TrafficNow> = () => ({})): BackfillEvent => ({
  ...{ type: 'running', plan: {} as Plan, workers: 2 },
  traffic: () => ({
    ...{ ...NO_TRAFFIC, beyond: NOTHING_BEYOND, pausedMs: 0, learned: null, standing: unusedAt(0) },
    ...traffic(),
  }),
});

export const failure = (ticker: string, code: Failure['code'] = 'network'): Failure => ({
  ...{ ticker, interval: '1d', from: '2026-03-02', to: '2026-03-06', code, message: `no answer (${code})` },
});

export const finished = (one: Task, failed: Failure | null = null): BackfillEvent => ({
  ...{ type: 'finished', want: one.wants[0] as Want, requests: 1, failure: failed, done: 1 },
  result:
    failed === null
      ? ({ ok: true, report: { ...REPORT } } as never)
      : ({ ok: false, error: { message: failed.message } } as never),
});

const REPORT = {
  ...{ bars: 5, inserted: 4, changed: 1, revised: 1, rejected: 2, missing: 3, fetchMs: 1.6, storeMs: 2.4 },
};
