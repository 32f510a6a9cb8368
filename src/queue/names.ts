/** What all keys in Redis begin with; BullMQ's own too. */
export const PREFIX = 'backfill';

/** How long what was given up is kept for whoever has it run again, s: a week. */
export const PARKED_SECONDS = 604_800;

/** Queues that are no provider's: what a planner is to do that nobody waits for. */
export const DISCOVERY_QUEUE = 'discovery';

/** A hash of all queues of tasks by name, see `QueueOf`. */
export const QUEUES = `${PREFIX}:queues`;

/** A hash of workers by id, see `Machine`. */
export const MACHINES = `${PREFIX}:machines`;

/** The set of ids of runs that were registered and have not expired. */
export const RUNS = `${PREFIX}:runs`;

/** A channel where it is told of which run's state there is news, by its key. */
export const NEWS = `${PREFIX}:news`;

/** The set of series that runs through a queue found complete, for readers: see `completedName`. */
export const COMPLETED = `${PREFIX}:completed`;

/** A hash of what the jobs of a run have in common, see `QueueRun`. */
export function runKey(run: string): string {
  return `${PREFIX}:run:${run}`;
}

/** Is there for a month once a run was handed over here. */
export function handedKey(run: string): string {
  return `${runKey(run)}:handed`;
}

/** A hash of what workers sent for a run, by worker: absolute counts, see `WorkerCounts`. */
export function trafficKey(run: string): string {
  return `${runKey(run)}:traffic`;
}

/** A hash of workers that hold the lease of the store for a run, by their ids. */
export function workersKey(run: string): string {
  return `${runKey(run)}:workers`;
}

/** What is too large for a job of a run lies beside the run, once. */
export function partKey(run: string, id: string): string {
  return `${runKey(run)}:part:${id}`;
}
