import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { WEEK, update } from '../fixtures.ts';
import { type StoreUnderTest } from './subject.ts';

const RUN = '20260302T120000Z-3f9a';
const OTHER = '20260302T120001Z-0000';

export function describeHandedOver(open: () => Promise<StoreUnderTest>): void {
  describe('runs that were handed over', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('are kept as they were asked until they are let go of, in a store that nothing is in yet', async () => {
      const { handedOver } = store;
      expect([await handedOver.list(), await handedOver.read(RUN)]).toEqual([[], undefined]);
      await handedOver.keep(OTHER, { tickers: ['ÄÖ/Ü'], days: 5 });
      await handedOver.keep(RUN, { tickers: ['AAPL'] });
      await handedOver.keep(RUN, { tickers: 'all', nothing: null });
      const again = subject.reopen().handedOver;
      expect(await again.list()).toEqual([RUN, OTHER]);
      expect(await again.read(RUN)).toEqual({ tickers: 'all', nothing: null });
      await again.drop(RUN);
      await again.drop(RUN);
      expect([await handedOver.list(), await handedOver.read(RUN)]).toEqual([[OTHER], undefined]);
      expect(await handedOver.read(OTHER)).toEqual({ tickers: ['ÄÖ/Ü'], days: 5 });
    });

    it('are kept and let go of without a lease while another process holds it, who is not disturbed', async () => {
      const lease = await store.acquire();
      await store.upsert(update(WEEK));
      const other = subject.reopen();
      await other.handedOver.keep(RUN, { days: 1 });
      await other.handedOver.keep(OTHER, { days: 2 });
      await other.handedOver.drop(OTHER);
      await store.upsert(update(WEEK));
      await lease.release();
      expect(await subject.reopen().handedOver.list()).toEqual([RUN]);
    });

    it('are no records, no damage, and stay where they are when a store is copied', async () => {
      await store.handedOver.keep(RUN, { days: 1 });
      await store.saveRun(0, { fetched: 1 });
      expect(await store.readRuns(9)).toHaveLength(1);
      expect((await store.examine({ now: 0 })).damages).toEqual([]);
      const documents = (await store.holdings.list()).flatMap(({ place }) =>
        place.is === 'document' ? [place.path] : [],
      );
      expect(documents.filter((path) => path.includes(RUN))).toEqual([]);
    });
  });
}
