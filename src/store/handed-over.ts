/**
 * Runs that were handed over to whoever plans them, until they are carried out: what is acknowledged outlives the queue that
 * tells of it. Nobody needs a right to write here. A copy of the store is without them.
 */
export interface HandedOverRuns {
  /** Keeps what a run was asked, plain JSON, in place of what is kept of it. Durable when it resolves. */
  keep(run: string, request: object): Promise<void>;
  /** What a run was asked; undefined: nothing is kept of it. Throws `store-corrupt` where that is not what was kept. */
  read(run: string): Promise<object | undefined>;
  /** Ids of the runs of which something is kept, ascending. */
  list(): Promise<readonly string[]>;
  /** Lets go of a run; of one that is not kept too. */
  drop(run: string): Promise<void>;
}
