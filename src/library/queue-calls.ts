import type { RunSummary } from '../backfill/settle/summary.ts';
import type { QueueDesk } from '../queue/desk.ts';
import type { QueuePace, QueueWorker } from '../queue/options.ts';
import type { BackfillOptions, History, HistoryOptions } from './history.ts';
import type { WorkerOptions } from './worker-options.ts';

// Most programs have no queue: what speaks to one is loaded by the first call.

export type { QueueDesk } from '../queue/desk.ts';

/** A run that is known to a queue, ready to be carried out here. */
export interface QueuedRun {
  readonly id: string;
  /** Asks whom the run asks, and writes its store. */
  readonly history: History;
  /** What was asked for. Of a run in batches it is the one of them, see `Universe.batch`: those after it nobody goes on with. */
  readonly request: BackfillOptions;
  /** Ends it, and its history. */
  close(): Promise<void>;
}

/** Which run in a queue is to be heard. */
export interface OpenAttached extends Pick<HistoryOptions, 'secrets' | 'stateFolder' | 'clock'> {
  /** URL of the Redis. */
  readonly queue: string;
  /** Its id. */
  readonly run: string;
  /** URL of its store. Default: as the run tells it, which has no password. */
  readonly store?: string;
}

/** Where runs that were handed over are planned, and how each is carried out. */
export interface PlannerOptions extends Pick<
  WorkerOptions,
  'queue' | 'store' | 'name' | 'onNote' | 'stateFolder'
> {
  /**
   * Carries a run out, by its history; `stop` is aborted when this process is to end. Default: by `history.backfill`, and nobody
   * is told.
   */
  readonly carryOut?: (run: QueuedRun, stop: AbortSignal) => Promise<RunSummary>;
}

/**
 * Opens the queues of a Redis to look after them: what waits, who works, what was given up. Throws `usage` for what is no URL
 * of one, and `queue-unusable` where it cannot be used.
 */
export async function openQueueDesk(queue: string): Promise<QueueDesk> {
  const desk = await import('../queue/desk.ts');
  return desk.QueueDesk.open(queue);
}

/**
 * Takes a run over whose planner is gone, and gives what goes on with it under its own id: what waits of its tasks is taken back,
 * what workers have in work is waited for. Throws `usage` for a run that has ended, that the queue does not know, or that writes
 * another store, and `store-locked` where its planner is there.
 */
export async function openAttached(options: OpenAttached): Promise<QueuedRun> {
  return (await import('./queued-runs.ts')).openAttached(options);
}

/**
 * Hands a run to whoever plans runs that nobody waits for, see `startPlanner`; gives its id. Throws what the run would throw
 * before it begins.
 */
export async function enqueueRun(
  options: HistoryOptions & { readonly queue: string },
  request: Omit<BackfillOptions, 'plan'> = {},
): Promise<string> {
  return (await import('./queued-runs.ts')).enqueueRun(options, request);
}

/**
 * Plans runs of its store that were handed over, one at a time, until it is drained; one that it leaves then another goes on with.
 * Throws as `startWorker` does. `pace`: default that of production.
 */
export async function startPlanner(
  options: PlannerOptions,
  pace: Partial<QueuePace> = {},
): Promise<QueueWorker> {
  return (await import('./queued-runs.ts')).startPlanner(options, pace);
}
