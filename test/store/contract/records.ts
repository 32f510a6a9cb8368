import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { type StoreUnderTest } from './subject.ts';

export function describeRecords(open: () => Promise<StoreUnderTest>): void {
  describe('records', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('gives every run an id of its own that begins with its start', async () => {
      const startedAt = Date.UTC(2026, 10, 20, 21, 15, 0, 500);
      const first = await store.saveRun(startedAt, { fetched: 1 });
      const second = await store.saveRun(startedAt, { fetched: 2 });
      expect(first).toMatch(/^20261120T211500Z-[0-9a-f]{4}$/);
      expect(second).not.toBe(first);
    });

    it('gives an id to a run that begins, which no other gets before its record is saved', async () => {
      const startedAt = Date.UTC(2026, 10, 20, 21, 15, 0, 500);
      const saved = await store.saveRun(startedAt, { fetched: 0 });
      const [one, other] = await Promise.all([store.nextRunId(startedAt), store.nextRunId(startedAt)]);
      const third = await store.saveRun(startedAt, { fetched: 3 });
      expect(new Set([saved, one, other, third]).size).toBe(4);
      expect(await store.saveRun(startedAt, { fetched: 1 }, one)).toBe(one);
      expect(await subject.reopen().nextRunId(startedAt)).not.toBe(one);
      expect((await store.readRuns(1, one))[0]).toEqual({ id: one, record: { fetched: 1 } });
      await store.saveRun(startedAt, { fetched: 2 }, one);
      expect(await store.readRuns(9, one)).toEqual([{ id: one, record: { fetched: 2 } }]);
    });

    it('gives the last records back, the newest first', async () => {
      expect(await store.readRuns(3)).toEqual([]);
      const at = Date.UTC(2026, 10, 20, 21, 15);
      const ids: string[] = [];
      for (const n of [0, 1, 2]) ids.push(await store.saveRun(at + 1000 * n, { fetched: n }));
      expect(await store.readRuns(2)).toEqual([
        { id: ids[2], record: { fetched: 2 } },
        { id: ids[1], record: { fetched: 1 } },
      ]);
      expect(await store.readRuns(2, '20261120T211500Z')).toEqual([{ id: ids[0], record: { fetched: 0 } }]);
      expect(await store.readRuns(1, '20261120T2115')).toEqual([{ id: ids[2], record: { fetched: 2 } }]);
      expect(await store.readRuns(9, '2027')).toEqual([]);
    });

    it('gives records of one second back in the order in which they began, and ended', async () => {
      const at = Date.UTC(2026, 10, 20, 21, 15);
      await store.saveRun(at - 1000, { startedAt: at - 1000, n: -1 });
      for (const n of [0, 1, 2, 3, 4, 5, 6, 7])
        await store.saveRun(at, { startedAt: at + (n >> 1), endedAt: at + 10 + n, n });
      const order = async (most: number): Promise<unknown[]> =>
        (await store.readRuns(most)).map(({ record }) => (record as { n: number }).n);
      expect(await order(9)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, -1]);
      expect(await order(3)).toEqual([7, 6, 5]);
      expect(await order(20)).toHaveLength(9);
    });

    it('tells the next writer once which first fills were noted and not removed', async () => {
      const [one, other] = [
        { ticker: 'BRK/B', interval: '1d' },
        { ticker: 'A B', interval: '5m' },
      ] as const;
      const ended = await store.firstFills.note(2000, [one]);
      const killed = await store.firstFills.note(1000, [one, other]);
      await store.firstFills.remove([ended, ended]);
      const next = subject.reopen();
      const lease = await next.acquire();
      expect(await Promise.all([lease.leftFills(), lease.leftFills()])).toEqual([
        [{ id: killed, at: 1000, series: expect.arrayContaining([one, other]) as object }],
        [],
      ]);
      expect(await next.readRuns(5)).toEqual([]);
      await next.firstFills.remove([killed]);
      await lease.release();
      expect(await (await store.acquire()).leftFills()).toEqual([]);
    });

    it('knows when each plan was begun, the first time, and is no less sound for it', async () => {
      const [one, other] = ['0f'.repeat(32), 'a1'.repeat(32)];
      expect(await store.begunPlans.since(one)).toBeUndefined();
      await store.begunPlans.note(one, 1000);
      await store.begunPlans.note(one, 2000);
      const next = subject.reopen();
      expect([await next.begunPlans.since(one), await next.begunPlans.since(other)]).toEqual([
        1000,
        undefined,
      ]);
      expect(await next.readRuns(5)).toEqual([]);
      expect((await next.examine({ now: 3000 })).damages).toEqual([]);
    });

    it('knows its size, and who writes it', async () => {
      expect((await store.facts()).writer).toBeNull();
      const before = (await store.facts()).bytes;
      await store.saveRun(0, { note: 'x'.repeat(1000) });
      expect((await store.facts()).bytes).toBeGreaterThan(before + 1000);
      const lease = await store.acquire();
      expect((await store.facts()).writer).toMatchObject({ pid: process.pid });
      await lease.release();
      expect((await store.facts()).writer).toBeNull();
    });

    it('knows no universe that was not stored', async () => {
      expect(await store.readUniverse('sp500')).toBeUndefined();
    });
  });
}
