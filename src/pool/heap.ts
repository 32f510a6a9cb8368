import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import type { ResourceLimits } from 'node:worker_threads';

/** MB that a thread may have for old objects, at least and at most. */
const LEAST = 512;
const MOST = 4096;

/**
 * The young generation is what makes threads expensive: its default grows to 48 MB each under a steady stream of
 * short-lived answers. A small one is collected before an answer is done with, so that all of it is copied: of two threads
 * each 16 MB cost a tenth less CPU than 4. So many MB are shared out, within what a thread needs and what helps it: among the
 * first threads alone, as the others start only where threads wait for answers.
 */
const YOUNG_OF_ALL = 32;
const LEAST_YOUNG = 4;
const MOST_YOUNG = 16;

/**
 * Heap limits of one of so many threads on a machine with so many bytes of memory: its part of one half. Nothing is used
 * of it but by who needs it, such as a file of millions of rows. `first`: of how many first ones it is, 0 for a later one.
 */
export function heapOf(threads: number, bytes: number, first: number): ResourceLimits {
  const part = Math.floor(bytes / 2 ** 20 / 2 / threads);
  const young = first === 0 ? LEAST_YOUNG : Math.floor(YOUNG_OF_ALL / first);
  return {
    maxYoungGenerationSizeMb: Math.min(Math.max(young, LEAST_YOUNG), MOST_YOUNG),
    maxOldGenerationSizeMb: Math.min(Math.max(part, LEAST), MOST),
  };
}

/** Bytes that this process may use, by the machine and by the limit of a container. */
export function memoryOfMachine(): number {
  const limit = constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
