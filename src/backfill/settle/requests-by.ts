import type { SentBeyond, TrafficCounts, TrafficNow } from '../runner.ts';

/**
 * What the requests of a run were: `sent` is `priced`, `added` and `before`, with `pages`, `isolation`, `secondAsks`, `retries`
 * and `throttled` (see `SentAs`), less `notSent`. Plain JSON.
 */
export interface RequestsBy extends SentBeyond {
  /** By the plan. */
  readonly priced: number;
  /**
   * By what the run asked for besides: of a complete ticker, to see whether the provider is sound; of a series that the
   * provider restated; of one whose market is closed; of what a thread died of.
   */
  readonly added: number;
  /** Of a run that was attached to: by the planner before, of whose series nothing is counted. Left out where it is 0. */
  readonly before?: number;
  /** Of those the ones that were not sent: of tasks that were not run, or that came to an end sooner than was expected. */
  readonly notSent: number;
}

const ADDED_UP = ['priced', 'added', 'pages', 'isolation', 'secondAsks', 'retries', 'throttled'] as const;

/** `planned`: requests of the plan; `priced`: of all tasks that were to be run, which are those of the plan at least. */
export function requestsBy(
  planned: number,
  priced: number,
  { sent, beyond, before = 0 }: Pick<TrafficCounts, 'sent'> & Pick<TrafficNow, 'beyond' | 'before'>,
): RequestsBy {
  const known = { priced: planned, added: Math.max(0, priced - planned), ...beyond };
  const left = ADDED_UP.reduce((sum, name) => sum + known[name], 0) - (sent - before);
  // A task that is run anew after its thread died sends twice what it was priced at.
  return {
    ...known,
    added: known.added + Math.max(0, -left),
    ...(before > 0 && { before }),
    notSent: Math.max(0, left),
  };
}

/** Those of several runs. */
export function sumRequestsBy(runs: readonly RequestsBy[]): RequestsBy {
  const sum = (name: keyof RequestsBy): number => runs.reduce((total, run) => total + (run[name] ?? 0), 0);
  const before = sum('before');
  return {
    ...{ priced: sum('priced'), added: sum('added'), pages: sum('pages'), isolation: sum('isolation') },
    ...{ secondAsks: sum('secondAsks'), retries: sum('retries'), throttled: sum('throttled') },
    ...(before > 0 && { before }),
    notSent: sum('notSent'),
  };
}
