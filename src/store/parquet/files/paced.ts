import { performance } from 'node:perf_hooks';

/** A look at the file system that takes longer than this (ms) had to wait for a disk or a network. */
const LOOK_MS = 0.5;

/**
 * What changes names waits for the journal of a local disk now and then, a thread of its own for it too: only longer than
 * this (ms) it is a slow one.
 */
const NAMING_MS = 5;

/** Calls in a row that had to: one alone may just as well have been interrupted by another process. */
const WAITED_TIMES = 2;

/** Calls that then go through the thread pool, where several wait at once, before one is tried in place again. */
const POOLED = 256;

/**
 * Asks the file system in place while it answers from memory: a call costs 3 µs, where the thread pool makes 10 of it
 * and a `FileHandle` 50. Where it kept us waiting, the next ones go through the pool.
 */
export type Paced = <T>(inPlace: () => T, pooled: () => Promise<T>) => T | Promise<T>;

/** `elapsed`: ms since whenever, for the pace alone. `patience`: ms after which a call counts as one that had to wait. */
export function pacedBy(elapsed: () => number, patience: number = LOOK_MS): Paced {
  let left = 0;
  let waited = 0;
  return (inPlace, pooled) => {
    if (left > 0) {
      left--;
      return pooled();
    }
    const started = elapsed();
    try {
      return inPlace();
    } finally {
      waited = elapsed() - started > patience ? waited + 1 : 0;
      if (waited === WAITED_TIMES) {
        waited = 0;
        left = POOLED;
      }
    }
  };
}

const elapsed = (): number => performance.now();

/** The pace of this thread's looks, and of what it fills files with. */
export const paced: Paced = pacedBy(elapsed);

/** The pace at which this thread creates, renames and removes. */
export const pacedNames: Paced = pacedBy(elapsed, NAMING_MS);
