import type { Task, Want } from '../core/plan/task.ts';
import { formatDay } from '../core/session/day.ts';
import type { SeriesReport, TaskResult } from '../backfill/runner.ts';
import type { QueueRun } from './run.ts';

/** What became of a task that a worker took, for one series. The names are those of the log. */
export interface LeaseEvent {
  readonly what: 'claimed' | 'completed' | 'failed';
  /** The run. */
  readonly coordinator_id: string;
  /** `node:interval:start:end:world:requested_as_of`. */
  readonly lease_key: string;
  /** The ticker; of a whole market: its key. */
  readonly node_id: string;
  readonly interval: string;
  /** Session dates, `[start, end)`. */
  readonly batch_start: string;
  readonly batch_end: string;
  /** Empty where the user named none. */
  readonly world: string;
  readonly requested_as_of: string;
  /** The worker's name. */
  readonly worker: string;
  readonly lease_token: string;
  /** Until when it is its own without renewing, ms since the epoch. */
  readonly lease_until_ms: number;
  /** Part of the wanted sessions of which is known what there is, 0 to 1. */
  readonly completion_ratio: number;
  /** Why it failed, or was given back; else empty. */
  readonly reason: string;
}

/** Whose lease a job is. */
export interface LeaseHolder {
  readonly worker: string;
  readonly token: string;
  /** ms since the epoch. */
  readonly until: number;
}

type Part = Pick<LeaseEvent, 'node_id' | 'interval' | 'batch_start' | 'batch_end'>;

/** A task as it is taken: one event a want; or one for what fills none. */
export function claimed(run: QueueRun, task: Task, holder: LeaseHolder): readonly LeaseEvent[] {
  return partsOf(task).map((own) => ({
    ...{ what: 'claimed', ...ofRun(run, own, holder), completion_ratio: 0, reason: '' },
  }));
}

/** The same task as it ended. */
export function ended(
  run: QueueRun,
  task: Task,
  holder: LeaseHolder,
  result: TaskResult,
): readonly LeaseEvent[] {
  return partsOf(task).map((own, i): LeaseEvent => {
    const series = result.series[i];
    const error = series === undefined || series.ok ? result.error : series.error;
    const isKnown = error === undefined ? 1 : 0;
    const ratio = series?.ok ? ratioOf(task.wants[i], series.report) : isKnown;
    const what = error === undefined ? 'completed' : 'failed';
    const reason = error === undefined ? '' : `${error.code}: ${error.message}`;
    return { what, ...ofRun(run, own, holder), completion_ratio: ratio, reason };
  });
}

/** The same where nothing came of it. */
export function givenBack(
  run: QueueRun,
  task: Task,
  holder: LeaseHolder,
  reason: string,
): readonly LeaseEvent[] {
  return claimed(run, task, holder).map((event) => ({ ...event, what: 'failed', reason }));
}

function ofRun(run: QueueRun, own: Part, { worker, token, until }: LeaseHolder) {
  const [world, asOf] = [run.world ?? '', run.requestedAsOf ?? ''];
  const { node_id: node, interval, batch_start: start, batch_end: end } = own;
  return {
    coordinator_id: run.id,
    lease_key: [node, interval, start, end, world, asOf].join(':'),
    ...own,
    ...{ world, requested_as_of: asOf, worker, lease_token: token, lease_until_ms: until },
  };
}

function partsOf(task: Task): readonly Part[] {
  if ('slice' in task) {
    const { interval, session, actionsSince = session } = task.slice;
    return [part(task.market, interval, actionsSince, session + 1)];
  }
  if ('tickers' in task) return [part(task.id, task.intervals.join('+'), task.range.from, task.range.to)];
  return task.wants.map(({ series, range }) => part(series.ticker, series.interval, range.from, range.to));
}

function part(node: string, interval: string, from: number, to: number): Part {
  return { node_id: node, interval, batch_start: formatDay(from), batch_end: formatDay(to) };
}

function ratioOf(want: Want | undefined, { present, provisional, absent }: SeriesReport): number {
  const wanted = want?.sessions ?? 0;
  const known = present + provisional + Object.values(absent).reduce((sum, days) => sum + days, 0);
  return wanted === 0 ? 1 : Math.min(1, known / wanted);
}
