import type { QueueWorkerOptions } from '../queue/options.ts';
import type { HistoryOptions } from './history.ts';

/** What a worker of a queue is: the threads of this machine, and the store that it shares with others. */
export interface WorkerOptions extends Pick<
  HistoryOptions,
  'workers' | 'concurrency' | 'inFlight' | 'recycleAfter' | 'requestDelayMs' | 'stateFolder'
> {
  /** URL of the store. */
  readonly store: string;
  /** URL of the Redis that the queue is in, `redis://HOST:6379`. */
  readonly queue: string;
  /** As it is called in logs. Default: by the environment, see `workerName`. */
  readonly name?: string;
  /** What becomes of the tasks that it takes. Default: nobody is told. */
  readonly onLease?: QueueWorkerOptions['onLease'];
  /** What it does besides, and what it meets, a line each. Default: nobody is told. */
  readonly onNote?: QueueWorkerOptions['onNote'];
}
