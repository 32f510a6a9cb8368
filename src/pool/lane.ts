import type { ThreadMessage } from '../backfill/runner.ts';
import type { Thread } from './thread.ts';
import type { Job, Run } from './waiting-jobs.ts';

/** A thread and what it has in work. */
export interface Lane {
  readonly thread: Thread;
  isReady: boolean;
  /** With the function that calls off its deadline. */
  readonly jobs: Map<Job, () => void>;
  /** Runs whose start it was given. */
  readonly runs: Set<Run>;
  /** Tasks that it may still be given; `Infinity` where threads are not recycled. */
  tasksLeft: number;
  /** It was ended for what it has in work of a run that was stopped: no other task of it is a suspect. */
  isAbandoned: boolean;
}

/** The thread with the least in work that can take one more. A suspect has its thread to itself. */
export function idlestOf(lanes: Iterable<Lane>, concurrency: number): Lane | undefined {
  let idlest: Lane | undefined;
  for (const lane of lanes) {
    const { isReady, thread, jobs, tasksLeft } = lane;
    const isOpen = isReady && !thread.isEnding && tasksLeft > 0 && jobs.size < concurrency;
    if (!isOpen || [...jobs.keys()].some(({ crashes }) => crashes > 0)) continue;
    if (idlest === undefined || jobs.size < idlest.jobs.size) idlest = lane;
  }
  return idlest;
}

/** Whether a thread has had all the tasks that it may have, and none of them is in work any more. */
export function isSpent({ tasksLeft, jobs }: Lane): boolean {
  return tasksLeft <= 0 && jobs.size === 0;
}

/** Ends a spent thread, after it has closed what it has open of its runs, or `patienceMs` later. */
export function retire({ thread, runs }: Lane, patienceMs: number): void {
  const end = (): void => thread.end('was recycled');
  const timer = setTimeout(end, patienceMs);
  const left = [...runs].map((run) => {
    const ended: ThreadMessage = { ended: run.id };
    return thread.run(ended).catch(() => undefined);
  });
  runs.clear();
  void Promise.all(left).then(() => {
    clearTimeout(timer);
    end();
  });
}
