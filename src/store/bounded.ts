import { setImmediate } from 'node:timers/promises';

/** Things done at a time: enough for the four threads that Node works on files with, and for a network. */
const LANES = 16;

/** Items after which everybody else gets a turn: work that never waits would hold the thread to the end. */
const TURN = 256;

/**
 * Runs `work` on every item, a bounded number of them at a time. After a failure none is begun, and once those that were
 * are done it rejects with the first one: whoever holds a lock for the work may free it then.
 */
export async function eachBounded<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  let failure: { readonly reason: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (index % TURN === TURN - 1) await setImmediate();
      if (failure !== undefined) return;
      try {
        await work(item, index);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failure !== undefined) throw failure.reason;
}

/** The same, and tells after each item how many are done. */
export async function eachCounted<T>(
  items: readonly T[],
  onDone: OnDone | undefined,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let done = 0;
  await eachBounded(items, async (item, index) => {
    await work(item, index);
    onDone?.(++done, items.length);
  });
}

/** Is told how many of all are done. */
export type OnDone = (done: number, of: number) => void;
