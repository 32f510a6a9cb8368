import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionBook } from '../../../src/core/actions/action-book.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import { union } from '../../../src/core/session/ranges.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, coverage, days, NO_DAYS, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { type StoreUnderTest } from './subject.ts';
import { tellActions } from '../told-actions.ts';

export function describeActions(open: () => Promise<StoreUnderTest>): void {
  describe('corporate actions', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    const split = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 } as const;
    const dividend = { kind: 'dividend', exDay: parseDay('2020-08-07'), amount: 0.82 } as const;

    it('gives them back ascending by ex-date, each with its kind', async () => {
      expect(await store.readActions('AAPL')).toEqual([]);
      const earlier = { kind: 'split', exDay: parseDay('2014-06-09'), ratio: 7 } as const;
      await tellActions(store, 'AAPL', [split, dividend, earlier], NO_DAYS, 'sample', NOON);
      expect(await subject.reopen().readActions('AAPL')).toEqual([earlier, dividend, split]);
      expect(await store.readActions('MSFT')).toEqual([]);
    });

    it('lets the newer value win for the same kind and ex-date, and deletes none', async () => {
      const sameDay = { ...dividend, exDay: split.exDay };
      await tellActions(store, 'AAPL', [split, dividend, sameDay], NO_DAYS, 'sample', NOON);
      await tellActions(store, 'AAPL', [{ ...sameDay, amount: 0.9 }], NO_DAYS, 'sample', NOON + 1);
      expect(await store.readActions('AAPL')).toEqual([dividend, { ...sameDay, amount: 0.9 }, split]);
    });

    it('takes an empty list for no news', async () => {
      await tellActions(store, 'AAPL', [split], NO_DAYS, 'sample', NOON);
      await tellActions(store, 'AAPL', [], NO_DAYS, 'sample', NOON + 1);
      expect(await store.readActions('AAPL')).toEqual([split]);
    });

    const coveredOf = async (ticker: string): Promise<unknown> =>
      (await subject.reopen().scan()).actions.get(ticker);
    const year = days('2020-01-02', '2021-01-01');

    it('tell "none" from "nobody asked"', async () => {
      expect(await coveredOf('AAPL')).toBeUndefined();
      await tellActions(store, 'AAPL', [], NO_DAYS, 'sample', NOON);
      expect(await coveredOf('AAPL')).toBeUndefined();
      await tellActions(store, 'AAPL', [], year, 'sample', NOON);
      expect(await coveredOf('AAPL')).toEqual([year]);
      expect(await store.readActions('AAPL')).toEqual([]);
      await tellActions(store, 'MSFT', [split], NO_DAYS, 'sample', NOON);
      expect(await coveredOf('MSFT')).toEqual([]);
    });

    it('are known of every ex-date that any answer spoke of', async () => {
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await tellActions(store, 'AAPL', [], days('2022-01-03', '2022-02-01'), 'sample', NOON + 1);
      await tellActions(store, 'AAPL', [dividend], days('2019-12-02', '2020-03-02'), 'other', NOON + 2);
      expect(await coveredOf('AAPL')).toEqual([
        days('2019-12-02', '2021-01-01'),
        days('2022-01-03', '2022-02-01'),
      ]);
      expect(await store.readActions('AAPL')).toEqual([dividend, split]);
    });

    it('are known of one run of days where only a week-end lies between two answers', async () => {
      await tellActions(store, 'AAPL', [], days('2026-02-26', '2026-02-28'), 'sample', NOON);
      await tellActions(store, 'AAPL', [], days('2026-03-02', '2026-03-03'), 'sample', NOON);
      expect(await coveredOf('AAPL')).toEqual([days('2026-02-26', '2026-03-03')]);
      await tellActions(store, 'AAPL', [], days('2026-03-04', '2026-03-05'), 'sample', NOON);
      expect(await coveredOf('AAPL')).toHaveLength(2);
    });

    /** A commit of a daily bar whose answer speaks of the days too, with what else it does to the actions. */
    const topUp = async (
      covered: DayRange,
      more: (book: ActionBook) => ActionBook = (book) => book,
    ): Promise<void> => {
      const edit = await subject.reopen().edit(AAPL, WEEK_DAYS);
      await edit.commit({
        actions: (before) => more({ ...before, covered: union(before.covered, [covered]) }),
        bars: update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }),
      });
    };
    const later = days('2021-01-01', '2026-02-28');
    const both = days('2020-01-02', '2026-02-28');

    it('are known of the days that the bars of a later answer tell of', async () => {
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await topUp(later);
      expect(await coveredOf('AAPL')).toEqual([both]);
      expect((await subject.reopen().scan({ intervals: ['5m'] })).actions.get('AAPL')).toEqual([both]);
      expect((await store.readActionBook('AAPL')).covered).toEqual([both]);
      expect((await store.edit(AAPL_5M, WEEK_DAYS)).actions.covered).toEqual([both]);
      await topUp(days('2026-03-02', '2026-03-03'));
      expect(await coveredOf('AAPL')).toEqual([days('2020-01-02', '2026-03-03')]);
    });

    it('are known as well after the next of them, after a doubt, and after the bars are forgotten', async () => {
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await topUp(later);
      await tellActions(store, 'AAPL', [dividend], NO_DAYS, 'sample', NOON + 1);
      expect(await coveredOf('AAPL')).toEqual([both]);
      await topUp(days('2026-03-02', '2026-03-03'));
      await store.forget(AAPL);
      expect(await coveredOf('AAPL')).toEqual([days('2020-01-02', '2026-03-03')]);
      expect(await store.readActions('AAPL')).toEqual([dividend, split]);
    });

    it('that are forgotten are known no more, whatever the bars told of them', async () => {
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await topUp(later);
      expect(await store.forgetActions('AAPL', days('2022-01-01', '2023-01-01'))).toBe(0);
      const known = [days('2020-01-02', '2022-01-01'), days('2023-01-01', '2026-02-28')];
      expect(await coveredOf('AAPL')).toEqual(known);
      expect((await store.readActionBook('AAPL')).covered).toEqual(known);
      await store.forgetActions('AAPL');
      expect(await coveredOf('AAPL')).toBeUndefined();
      await topUp(days('2026-03-02', '2026-03-03'));
      expect(await coveredOf('AAPL')).toEqual([days('2026-03-02', '2026-03-03')]);
    });

    it('come with the days that bars tell of when they are forgotten and brought back', async () => {
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await topUp(later);
      const entry = await store.keepForgotten({ series: [AAPL], actionsOf: ['AAPL'], at: NOON });
      await store.forget(AAPL);
      await store.forgetActions('AAPL');
      await store.restoreForgotten(entry?.id ?? '', NOON);
      expect(await coveredOf('AAPL')).toEqual([both]);
      expect(await store.readActions('AAPL')).toEqual([split]);
    });

    it('are scanned of the asked tickers only, whatever the interval', async () => {
      for (const ticker of ['AAPL', 'MSFT', '^GSPC'])
        await tellActions(store, ticker, [], year, 'sample', NOON);
      const scanned = async (options: Parameters<BarStore['scan']>[0]): Promise<string[]> =>
        [...(await store.scan(options)).actions.keys()].toSorted();
      expect(await scanned({})).toEqual(['AAPL', 'MSFT', '^GSPC']);
      expect(await scanned({ tickers: ['^GSPC', 'NOPE'], intervals: ['5m'] })).toEqual(['^GSPC']);
    });

    it('stay known when bars are forgotten', async () => {
      await store.upsert(update(WEEK));
      await tellActions(store, 'AAPL', [split], year, 'sample', NOON);
      await store.forget(AAPL);
      expect(await coveredOf('AAPL')).toEqual([year]);
      expect(await store.readActions('AAPL')).toEqual([split]);
    });

    describe('that are forgotten', () => {
      const early = { ...dividend, exDay: parseDay('2020-02-07') };
      beforeEach(() => tellActions(store, 'AAPL', [early, dividend, split], year, 'sample', NOON));

      it('go with being known, in a half-open range of ex-dates', async () => {
        const range = { from: dividend.exDay, to: split.exDay };
        expect(await store.forgetActions('AAPL', range)).toBe(1);
        expect(await subject.reopen().readActions('AAPL')).toEqual([early, split]);
        expect(await coveredOf('AAPL')).toEqual([
          { from: year.from, to: dividend.exDay },
          { from: split.exDay, to: year.to },
        ]);
      });

      it('leave ex-dates unknown where there was none', async () => {
        expect(await store.forgetActions('AAPL', days('2020-03-02', '2020-04-01'))).toBe(0);
        expect(await store.readActions('AAPL')).toHaveLength(3);
        expect(await coveredOf('AAPL')).toEqual([
          days('2020-01-02', '2020-03-02'),
          days('2020-04-01', '2021-01-01'),
        ]);
      });

      it('go whole by default, and other tickers stay', async () => {
        await tellActions(store, 'MSFT', [split], year, 'sample', NOON);
        expect(await store.forgetActions('AAPL')).toBe(3);
        expect(await coveredOf('AAPL')).toBeUndefined();
        expect(await store.readActions('AAPL')).toEqual([]);
        expect(await store.readActions('MSFT')).toEqual([split]);
        expect(await store.forgetActions('AAPL')).toBe(0);
      });

      it('go though nobody ever knew of their ex-dates', async () => {
        await tellActions(store, 'MSFT', [split], NO_DAYS, 'sample', NOON);
        expect(await store.forgetActions('MSFT', { from: split.exDay, to: split.exDay + 1 })).toBe(1);
        expect(await coveredOf('MSFT')).toBeUndefined();
      });

      it('take nothing where the range holds nothing', async () => {
        expect(await store.forgetActions('AAPL', days('2022-01-03', '2022-02-01'))).toBe(0);
        expect(await store.forgetActions('NOPE')).toBe(0);
        expect(await store.readActions('AAPL')).toEqual([early, dividend, split]);
        expect(await coveredOf('AAPL')).toEqual([year]);
      });
    });
  });
}
