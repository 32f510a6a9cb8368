/** What has machines work for a history. */
export interface QueueOptions {
  /**
   * URL of a Redis, `redis://HOST:6379`, through which the tasks of runs go to workers on any number of machines: see
   * `startWorker`. The store must be one that they share. Default: threads of this process do them.
   */
  readonly queue?: string;
  /** What runs through a queue are for, and as of when they were asked for, for the logs of their workers. Default: not said. */
  readonly world?: string;
  readonly requestedAsOf?: string;
}
