import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Revision } from '../../../src/core/bars/bars.ts';
import { type Held, type HeldWrite, placeKey } from '../../../src/store/holdings.ts';
import type { BarStore, Lease } from '../../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  APPLE,
  at,
  coverage,
  daily,
  days,
  NOON,
  WEEK,
  WEEK_DAYS,
} from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import type { StoreUnderTest } from './subject.ts';

const LEARNED = coverage({
  present: [WEEK_DAYS],
  provisional: [days('2026-02-27', '2026-02-28')],
  absent: [absence(days('2026-02-19', '2026-02-20'))],
});
const PART: Extract<Held, { is: 'bars' }> = {
  ...{ is: 'bars', series: AAPL, period: 'all', bars: storedBarsOf(WEEK) },
  known: {
    ...{ calendar: 'XNYS', coverage: LEARNED, identity: APPLE, fetchedAt: NOON + 3 },
    topUps: { count: 4, at: NOON - 5 },
  },
};
const fresh = (...held: Held[]): HeldWrite[] => held.map((one) => ({ held: one, before: undefined }));

export function describeHoldings(open: () => Promise<StoreUnderTest>): void {
  describe('holdings', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    let lease: Lease;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
      lease = await store.acquire();
    });
    afterEach(async () => {
      await lease.release();
      await subject.destroy();
    });

    it('are given back as they were written, and to every other reader, however often they were', async () => {
      const minutes: Held = {
        ...PART,
        ...{ series: AAPL_5M, period: '2025' },
        bars: storedBarsOf([at('2025-12-31T14:30Z', { vwap: 100.25, trades: 3, volume: Number.NaN })]),
        known: { ...PART.known, coverage: coverage({ present: [days('2025-12-31', '2026-01-01')] }) },
      };
      for (const _ of [1, 2]) {
        const before = await store.holdings.read(PART);
        await store.holdings.write([
          { held: PART, before },
          { held: minutes, before: await store.holdings.read(minutes) },
        ]);
      }
      const listed = await store.holdings.list();
      expect(listed.map(({ place }) => placeKey(place)).toSorted()).toEqual(['AAPL 1d all', 'AAPL 5m 2025']);
      for (const held of [PART, minutes]) {
        const back = await subject.reopen().holdings.read(held);
        expect(back).toMatchObject({ known: held.known });
        expect(await rowsIn(store, held.series)).toHaveLength(held.bars.length);
      }
      expect((await subject.reopen().scan()).series.get('AAPL 1d')).toMatchObject({
        ...{ rows: 5, fetchedAt: NOON + 3, topUps: { count: 4, at: NOON - 5 }, coverage: LEARNED },
      });
    });

    it('take the place of what was there, with fewer bars too', async () => {
      await store.holdings.write(fresh(PART));
      const [first, , third] = WEEK as [(typeof WEEK)[0], unknown, (typeof WEEK)[0]];
      const bars = storedBarsOf([{ ...first, close: 99.5 }, third]);
      const known = { ...PART.known, coverage: coverage({ present: [days('2026-02-23', '2026-02-24')] }) };
      await store.holdings.write([
        { held: { ...PART, bars, known }, before: await store.holdings.read(PART) },
      ]);
      expect(await rowsIn(store, AAPL)).toEqual([{ ...first, close: 99.5 }, third]);
      expect(await store.readRevisions(AAPL)).toEqual([]);
      expect((await subject.reopen().scan()).series.get('AAPL 1d')).toMatchObject({ rows: 2 });
    });

    it('add replaced values as they are, and none twice', async () => {
      const before = daily('2026-02-23');
      const stay = (n: number): Revision => ({
        ...{ before, stayed: true },
        after: { ...before, close: 99.5, source: 'second', fetchedAt: NOON + n },
      });
      const held: Held = { is: 'revisions', series: AAPL, revisions: [stay(1)] };
      await store.holdings.write(fresh(held));
      // An answer that said so twice would be told once.
      for (const _ of [1, 2])
        await store.holdings.write([
          { held: { ...held, revisions: [stay(1), stay(2)] }, before: await store.holdings.read(held) },
        ]);
      expect(await subject.reopen().readRevisions(AAPL)).toEqual([stay(1), stay(2)]);
    });

    it('of some tickers are theirs alone, and no document', async () => {
      await store.holdings.write(fresh(PART, { ...PART, series: { ...AAPL, ticker: 'MSFT' } }));
      await store.saveRun(NOON, {});
      const kinds = (await store.holdings.list(['MSFT'])).map(({ place }) => placeKey(place));
      expect(kinds).toEqual(['MSFT 1d all']);
      expect(await store.holdings.list()).toHaveLength(3);
    });

    it('are found to be alike, of two tickers', async () => {
      const MSFT = { ...AAPL, ticker: 'MSFT' };
      await store.holdings.write(fresh(PART, { ...PART, series: MSFT }));
      expect((await store.lookalikes([AAPL])).get('AAPL 1d')).toEqual([MSFT]);
    });

    it('list what was forgotten so that it counts once all of it is there', async () => {
      await store.holdings.write(fresh(PART));
      await store.keepForgotten({ series: [AAPL], actionsOf: [], at: NOON });
      await store.saveRun(NOON, {});
      const documents = (await store.holdings.list()).flatMap(({ place }) =>
        place.is === 'document' ? [place.path] : [],
      );
      expect(documents).toHaveLength(3);
      expect(documents.at(-1)).toMatch(/\/forgotten\.json$/);
    });

    it('have another version after a change, and the same without one', async () => {
      await store.holdings.write(fresh(PART));
      const versions = async (): Promise<string[]> =>
        (await subject.reopen().holdings.list()).map(({ version }) => version);
      const first = await versions();
      expect(await versions()).toEqual(first);
      await store.forget(AAPL, days('2026-02-23', '2026-02-24'));
      expect(await versions()).not.toEqual(first);
    });

    it('say of which store they are the copy, until that is taken away', async () => {
      expect(await store.holdings.readNote()).toBeUndefined();
      const note = { from: '/some/where', id: 'a1', isBegun: true, isPartial: false };
      await store.holdings.putNote(note);
      await store.holdings.putNote({ ...note, id: 'b2' });
      expect(await subject.reopen().holdings.readNote()).toEqual({ ...note, id: 'b2' });
      for (const _ of [1, 2]) await store.holdings.removeNote();
      expect(await subject.reopen().holdings.readNote()).toBeUndefined();
    });
  });
}
