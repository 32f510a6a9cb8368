import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { RECORDED, type RecordedBar } from '../../../src/core/bars/recorded.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, NOON, WEEK, update } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';

const bar = (values: Partial<Bar>): RecordedBar => ({
  series: { ticker: 'ÄÖ-Ü.PA', interval: '1m' },
  bar: {
    ...{ ts: NOON, open: 1, high: 3, low: 0.5, close: 2, volume: 10, vwap: null, trades: null },
    ...{ source: RECORDED, fetchedAt: NOON + 61_234, ...values },
  },
});

export function describeLiveRecord(open: () => Promise<StoreUnderTest>): void {
  describe('recorded live bars', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('are kept bit for bit until they are let go of, in a store that nothing is in yet', async () => {
      const { liveRecord } = store;
      expect([await liveRecord.list(), await liveRecord.read('1-a'), await liveRecord.has('1-a')]).toEqual([
        [],
        undefined,
        false,
      ]);
      const bars = [
        bar({ close: 0.1 + 0.2, low: 5e-324, high: 1.797e308, vwap: 1 / 3, trades: 2 ** 53 - 1 }),
        bar({ volume: -0, close: 2 }),
        { ...bar({ volume: Number.NaN }), series: AAPL },
      ];
      await liveRecord.keep('1-b', [bar({ close: 4 })]);
      await liveRecord.keep('1-a', bars);
      const again = subject.reopen().liveRecord;
      expect(await again.list()).toEqual(['1-a', '1-b']);
      const back = (await again.read('1-a')) as readonly RecordedBar[];
      expect(back).toEqual(bars);
      expect(back.map((one) => Object.is(one.bar.volume, -0))).toEqual([false, true, false]);
      await again.drop('1-a');
      await again.drop('1-a');
      expect([await liveRecord.list(), await liveRecord.has('1-b'), await liveRecord.has('1-a')]).toEqual([
        ['1-b'],
        true,
        false,
      ]);
    });

    it('are kept without a lease while another process holds it, who is not disturbed', async () => {
      const lease = await store.acquire();
      await store.upsert(update(WEEK));
      const other = subject.reopen();
      await other.liveRecord.keep('1-a', [bar({})]);
      await other.liveRecord.keep('1-b', [bar({})]);
      await store.liveRecord.drop('1-a');
      await store.upsert(update(WEEK));
      await lease.release();
      expect(await subject.reopen().liveRecord.list()).toEqual(['1-b']);
    });

    it('are no bars of any series, no damage, and stay where they are when a store is copied', async () => {
      await store.liveRecord.keep('1-a', [bar({})]);
      await store.saveRun(0, { fetched: 1 });
      expect((await store.scan()).series.size).toBe(0);
      expect((await store.examine({ now: 0 })).damages).toEqual([]);
      const documents = (await store.holdings.list()).flatMap(({ place }) =>
        place.is === 'document' ? [place.path] : [],
      );
      expect(documents.filter((path) => path.includes('1-a'))).toEqual([]);
    });
  });
}
