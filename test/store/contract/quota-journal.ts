import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { WEEK, update } from '../fixtures.ts';
import { type StoreUnderTest } from './subject.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 2, 2, 12);
const OWNER = 'alphavantage-0123456789abcdef-port-8080';

const used = (count: number, at = NOON) => ({
  [`${DAY}ms`]: { index: Math.floor(at / DAY), used: count },
});

export function describeQuotaJournal(open: () => Promise<StoreUnderTest>): void {
  describe('the journal of a quota', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('has the last word of each process, of one key and no other', async () => {
      expect(await store.quotaJournal.read(OWNER)).toEqual([]);
      await store.quotaJournal.note(OWNER, 'host a/1', used(1));
      await store.quotaJournal.note(OWNER, 'host-2', used(7));
      await store.quotaJournal.note(OWNER, 'host a/1', used(3));
      await store.quotaJournal.note('yahoo-anonymous', 'host-2', used(9));
      expect(await subject.reopen().quotaJournal.read(OWNER)).toEqual([
        { process: 'host a/1', windows: used(3) },
        { process: 'host-2', windows: used(7) },
      ]);
    });

    it('is written without a lease while another process holds it, who is not disturbed', async () => {
      const lease = await store.acquire();
      await store.upsert(update(WEEK));
      const other = subject.reopen();
      await other.quotaJournal.note(OWNER, 'other', used(2));
      await store.quotaJournal.note(OWNER, 'holder', used(3));
      await other.quotaJournal.sweep(OWNER, NOON + 9 * DAY);
      await other.quotaJournal.note(OWNER, 'other', used(4));
      await store.upsert(update(WEEK));
      await lease.release();
      const found = await subject.reopen().quotaJournal.read(OWNER);
      expect(found).toEqual([{ process: 'other', windows: used(4) }]);
    });

    it('lets go of what no window counts any more, and of nothing else', async () => {
      const { quotaJournal: journal } = store;
      const long = { ...used(5), [`${366 * DAY}ms`]: { index: Math.floor(NOON / (366 * DAY)), used: 5 } };
      await journal.note(OWNER, 'long ago', used(1, NOON - 2 * DAY));
      await journal.note(OWNER, 'the day before', used(2, NOON - DAY));
      await journal.note(OWNER, 'today', used(3));
      await journal.note(OWNER, 'hour', { [`${HOUR}ms`]: { index: NOON / HOUR - 2, used: 1 } });
      await journal.note(OWNER, 'for a year', long);
      await journal.sweep(OWNER, NOON);
      const left = await journal.read(OWNER);
      expect(left.map(({ process }) => process)).toEqual(['for a year', 'the day before', 'today']);
    });

    it('is no damage, and stays where it is when a store is copied', async () => {
      await store.saveRun(NOON, { fetched: 1 });
      await store.quotaJournal.note(OWNER, 'host-1', used(1));
      expect((await store.examine({ now: NOON })).damages).toEqual([]);
      const documents = (await store.holdings.list()).flatMap(({ place }) =>
        place.is === 'document' ? [place.path] : [],
      );
      expect(documents.filter((path) => path.includes(OWNER))).toEqual([]);
    });
  });
}
