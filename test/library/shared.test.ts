import { expect, it } from 'vitest';
import { Shared } from '../../src/library/shared.ts';

interface Lease {
  readonly number: number;
  isSpent: boolean;
}

/** A store that takes a turn of the event loop to let go, and has one writer at a time. */
function slowStore() {
  let isHeld = false;
  let leases = 0;
  const open = async (): Promise<Lease> => {
    if (isHeld) throw new Error('locked');
    isHeld = true;
    return { number: leases++, isSpent: false };
  };
  const close = async (): Promise<void> => {
    await new Promise(setImmediate);
    isHeld = false;
  };
  return { open, close, isSpent: (lease: Lease) => lease.isSpent };
}

it('a lease is had by whoever asks for it while it is let go', async () => {
  const shared = new Shared(slowStore());
  const [first, second] = await Promise.all([shared.join(), shared.join()]);
  expect(second.thing).toBe(first.thing);
  await first.leave();
  const letGo = second.leave();
  const third = shared.join();
  await letGo;
  expect((await third).thing).toMatchObject({ number: 1 });
  await (await third).leave();
});

it('a lease that could not be had is asked for again', async () => {
  const store = slowStore();
  const shared = new Shared(store);
  await store.open();
  const asked = await Promise.allSettled([shared.join(), shared.join()]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await store.close();
  const { leave } = await shared.join();
  await leave();
  await expect(store.open()).resolves.toBeDefined();
});

it('what is spent is joined by nobody: who comes then waits for the next', async () => {
  const shared = new Shared(slowStore());
  const first = await shared.join();
  first.thing.isSpent = true;
  let joined = 0;
  const later = [1, 2].map(async () => {
    const part = await shared.join();
    joined++;
    return part;
  });
  await new Promise(setImmediate);
  expect(joined).toBe(0);
  await first.leave();
  const [second, third] = await Promise.all(later);
  expect([second?.thing.number, third?.thing.number]).toEqual([1, 1]);
});

it('what closing throws, the last to leave is told, and the next to come is not', async () => {
  const store = slowStore();
  const failing = { ...store, close: () => store.close().then(() => Promise.reject(new Error('full'))) };
  const shared = new Shared(failing);
  const [first, second] = [await shared.join(), await shared.join()];
  await expect(first.leave()).resolves.toBeUndefined();
  await expect(second.leave()).rejects.toThrow('full');
  expect((await shared.join()).thing.number).toBe(1);
});
