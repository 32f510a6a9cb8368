import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, update, WEEK } from '../fixtures.ts';
import { type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

export function describeLock(open: () => Promise<StoreUnderTest>): void {
  describe('lock', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('has one writer at a time, and the next one after it is released', async () => {
      const other = subject.reopen();
      const lock = await store.acquire();
      await expect(other.acquire()).rejects.toMatchObject({ code: 'store-locked' });
      await expect(other.acquire()).rejects.toThrow(
        `is being written by this process itself, for another history or run (pid ${process.pid} on `,
      );
      await expect(store.acquire()).rejects.toMatchObject({ code: 'store-locked' });
      await lock.release();
      const next = await other.acquire();
      await lock.release();
      await expect(store.acquire()).rejects.toMatchObject({ code: 'store-locked' });
      await next.release();
    });

    it("never stands in a reader's way", async () => {
      await store.upsert(update(WEEK));
      const lock = await store.acquire();
      const reader = subject.reopen();
      expect((await reader.scan()).series.size).toBe(1);
      expect(await rowsIn(reader, AAPL)).toEqual(WEEK);
      await lock.release();
    });
  });
}
