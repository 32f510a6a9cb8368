import { performance } from 'node:perf_hooks';

/** A system call that takes longer than this (ms) had to wait for a disk or a network. */
const WAITED_MS = 0.5;

/** Calls in a row that had to: one alone may just as well have been interrupted by another process. */
const WAITED_TIMES = 2;

/** Calls that then go through the thread pool, where several wait at once, before one is tried in place again. */
const POOLED = 256;

/**
 * Asks the file system in place while it answers from memory: a call costs 3 µs, where the thread pool makes 10 of it
 * and a `FileHandle` 50. Where it kept us waiting, the next ones go through the pool.
 */
export type Paced = <T>(inPlace: () => T, pooled: () => Promise<T>) => T | Promise<T>;

/** `elapsed`: ms since whenever, for the pace alone. */
export function pacedBy(elapsed: () => number): Paced {
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
      waited = elapsed() - started > WAITED_MS ? waited + 1 : 0;
      if (waited === WAITED_TIMES) {
        waited = 0;
        left = POOLED;
      }
    }
  };
}

/** The pace of this thread. */
export const paced: Paced = pacedBy(() => performance.now());
