import { setImmediate } from 'node:timers/promises';

/** Things done at a time: enough for the four threads that Node works on files with, and for a network. */
const LANES = 16;

/** Items after which everybody else gets a turn: work that never waits would hold the thread to the end. */
const TURN = 256;

/** Runs `work` on every item, a bounded number of them at a time. Rejects with the first failure. */
export async function eachBounded<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (index % TURN === TURN - 1) await setImmediate();
      await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
