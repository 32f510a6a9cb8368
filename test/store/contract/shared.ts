import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, daily, NOON, update, WEEK } from '../fixtures.ts';
import { HoldingChildren } from '../holders.ts';
import { rowsIn } from '../rows.ts';
import { kill } from '../writers.ts';
import type { StoreUnderTest } from './subject.ts';

const LOCKED = { code: 'store-locked' };
const [MONDAY, TUESDAY] = [daily('2026-03-02'), daily('2026-03-03')];

/** Of a store that processes of several machines write for one run. */
export function describeShared(open: () => Promise<StoreUnderTest>): void {
  describe('a lease that is shared', () => {
    const children = new HoldingChildren();
    let subject: StoreUnderTest;
    let store: BarStore;
    let other: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
      other = subject.reopen();
    });
    afterEach(async () => {
      await children.end();
      await subject.destroy();
    });

    it('goes on under who joined when its first holder is killed, and is free once he has left', async () => {
      const first = await children.start(subject.url ?? '');
      const lease = await store.join(first.lock);
      expect([store.isShared, lease.lock]).toEqual([true, first.lock]);
      const thread = subject.reopen(first.lock);
      await thread.upsert(update(WEEK));
      await kill(first.child);
      await subject.reopen(first.lock).upsert(update([MONDAY]));
      await store.upsert(update([TUESDAY]));
      await store.saveRun(NOON, { a: 1 });
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      await expect(other.acquire()).rejects.toThrow(
        new RegExp(`is being written by .*holder-child.* \\(pid ${first.child.pid} on `),
      );
      expect((await other.facts()).writer).toMatchObject({ pid: first.child.pid });
      await lease.release();
      const next = await other.acquire();
      await expect(subject.reopen(first.lock).upsert(update([MONDAY]))).rejects.toMatchObject(LOCKED);
      await next.release();
      expect(await rowsIn(other, AAPL)).toEqual([...WEEK, MONDAY, TUESDAY]);
    });

    it('is theirs who joined when its first holder releases it, until the last of them does', async () => {
      const lease = await store.acquire();
      const early = await subject.reopen().join(lease.lock);
      await lease.release();
      await subject.reopen(lease.lock).upsert(update(WEEK));
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      const late = await subject.reopen().join(lease.lock);
      await early.release();
      await subject.reopen(lease.lock).upsert(update([MONDAY]));
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      await late.release();
      await expect(subject.reopen(lease.lock).upsert(update([TUESDAY]))).rejects.toMatchObject(LOCKED);
      await (await other.acquire()).release();
      expect(await rowsIn(other, AAPL)).toEqual([...WEEK, MONDAY]);
    });

    it('stays with its first holder when those who joined leave, or are killed', async () => {
      const lease = await store.acquire();
      const left = await subject.reopen().join(lease.lock);
      const killed = await children.start(subject.url ?? '', lease.lock);
      await left.release();
      await kill(killed.child);
      await store.upsert(update(WEEK));
      await subject.reopen(lease.lock).upsert(update([MONDAY]));
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      await lease.release();
      await (await other.acquire()).release();
      expect(await rowsIn(other, AAPL)).toEqual([...WEEK, MONDAY]);
    });

    it('is joined by many at once, and is free when all have left at once', async () => {
      const lease = await store.acquire();
      const joined = await Promise.all(Array.from({ length: 12 }, () => subject.reopen().join(lease.lock)));
      const [last, ...others] = [...joined, lease];
      await Promise.all(others.map((one) => one.release()));
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      const again = await Promise.all(Array.from({ length: 6 }, () => subject.reopen().join(lease.lock)));
      await Promise.all([last, ...again].map((one) => one?.release()));
      await expect(subject.reopen().join(lease.lock)).rejects.toMatchObject(LOCKED);
      await (await other.acquire()).release();
    });

    it('can be joined after all who held it were killed, as long as nobody else took it', async () => {
      const first = await children.start(subject.url ?? '');
      const second = await children.start(subject.url ?? '', first.lock);
      await kill(first.child);
      await kill(second.child);
      const lease = await store.join(first.lock);
      await subject.reopen(first.lock).upsert(update(WEEK));
      await expect(other.acquire()).rejects.toMatchObject(LOCKED);
      await lease.release();
      expect(await rowsIn(other, AAPL)).toEqual(WEEK);
    });

    it('cannot be joined once it was released, or while somebody else holds the store, or later', async () => {
      await expect(store.join('7')).rejects.toMatchObject(LOCKED);
      const lease = await store.acquire();
      await expect(other.join(`${lease.lock}0`)).rejects.toMatchObject(LOCKED);
      await lease.release();
      await expect(other.join(lease.lock)).rejects.toMatchObject(LOCKED);
      const next = await store.acquire();
      const message = `the lease ${lease.lock} of the store ${store.url} is over: `;
      await expect(other.join(lease.lock)).rejects.toMatchObject(LOCKED);
      await expect(other.join(lease.lock)).rejects.toThrow(message);
      await store.upsert(update(WEEK));
      await next.release();
      await expect(other.join(lease.lock)).rejects.toMatchObject(LOCKED);
      await (await other.acquire()).release();
    });

    it('leaves to the next one who takes it what a killed run did not compare', async () => {
      const lease = await store.acquire();
      await store.firstFills.note(NOON, [AAPL]);
      const joined = await other.join(lease.lock);
      expect(await joined.leftFills()).toEqual([]);
      await joined.release();
      await lease.release();
      const next = await other.acquire();
      expect((await next.leftFills()).map(({ series }) => series)).toEqual([[AAPL]]);
      await next.release();
    });
  });
}

/** Of a store that one machine writes. */
export function describeUnshared(open: () => Promise<StoreUnderTest>): void {
  describe('a lease that cannot be shared', () => {
    it('is joined by nobody, who is told in one line what to use instead', async () => {
      const subject = await open();
      const { store } = subject;
      const lease = await store.acquire();
      const error = await subject
        .reopen()
        .join(lease.lock)
        .catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'usage' });
      expect((error as Error).message).toBe(
        `the store ${store.url} cannot be written by several machines for one run; use a PostgreSQL database (postgres://user@host/database) or a bucket (s3://bucket/prefix)`,
      );
      expect(store.isShared).toBe(false);
      await lease.release();
      await subject.destroy();
    });
  });
}
