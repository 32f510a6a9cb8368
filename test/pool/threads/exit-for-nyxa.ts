import { workerData } from 'node:worker_threads';
import type { ThreadMessage, ThreadStart } from '../../../src/backfill/runner.ts';
import runOrder from '../../../workers/run-task.ts';

/** What a test hands to the threads: also how often more the ticker ends one. */
export interface Shared extends ThreadStart {
  readonly exits: Int32Array<SharedArrayBuffer>;
}

/** The real entry, of which one ticker ends the thread. */
export default function runOrExit(message: ThreadMessage | string): Promise<unknown> {
  const isOrder = typeof message !== 'string' && 'order' in message;
  if (isOrder && message.order.task.wants[0]?.series.ticker === 'NYXA') {
    if (Atomics.sub((workerData as Shared).exits, 0, 1) > 0) process.exit(7);
  }
  return runOrder(message);
}
