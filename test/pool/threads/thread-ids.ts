import { setTimeout as sleep } from 'node:timers/promises';
import { threadId, workerData } from 'node:worker_threads';
import type { ThreadMessage } from '../../../src/backfill/runner.ts';

/** What a test hands to the threads: `[0]` counts the tasks, and by their number after it stands the thread of each. */
export interface Noted {
  readonly tasks: Int32Array<SharedArrayBuffer>;
  /** Times that a thread was told to close what it has of a run, `[0]`. */
  readonly closed: Int32Array<SharedArrayBuffer>;
  /** It is told so, and never has. */
  readonly holdsOn?: boolean;
}

const { tasks, closed, holdsOn } = workerData as Noted;

/** Thread entry: notes in which thread each task is in work. */
export default async function note(message: ThreadMessage | string): Promise<unknown> {
  if (typeof message === 'string') return message;
  if ('ended' in message) {
    Atomics.add(closed, 0, 1);
    return holdsOn ? new Promise<never>(() => undefined) : undefined;
  }
  tasks[1 + Atomics.add(tasks, 0, 1)] = threadId;
  await sleep(5);
  return { series: [] };
}
