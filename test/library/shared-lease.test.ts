import { expect, it } from 'vitest';
import { SharedLease } from '../../src/library/shared-lease.ts';
import type { BarStore } from '../../src/store/store.ts';

/** A store that takes a turn of the event loop to let go, and has one writer at a time. */
function slowStore(): Pick<BarStore, 'acquire'> {
  let isHeld = false;
  return {
    acquire: async () => {
      if (isHeld) throw new Error('locked');
      isHeld = true;
      const release = async (): Promise<void> => {
        await new Promise(setImmediate);
        isHeld = false;
      };
      return { note: () => undefined, noteTrouble: () => undefined, release };
    },
  };
}

it('a lease is had by whoever asks for it while it is let go', async () => {
  const shared = new SharedLease(slowStore() as BarStore);
  const [first, second] = await Promise.all([shared.join(), shared.join()]);
  await first.release();
  const letGo = second.release();
  const third = shared.join();
  await letGo;
  await expect(third).resolves.toBeDefined();
  await (await third).release();
});

it('a lease that could not be had is asked for again', async () => {
  const store = slowStore() as BarStore;
  const shared = new SharedLease(store);
  const other = await store.acquire();
  const asked = await Promise.allSettled([shared.join(), shared.join()]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await other.release();
  await expect(shared.join()).resolves.toBeDefined();
});
