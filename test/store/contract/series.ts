import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionBook } from '../../../src/core/actions/action-book.ts';
import type { BarStore } from '../../../src/store/store.ts';
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
  update,
  WEEK,
  WEEK_DAYS,
} from '../fixtures.ts';
import { contentIn, rowsIn, seriesIn } from '../rows.ts';
import type { StoreUnderTest } from './subject.ts';
import { tellActions } from '../told-actions.ts';

export function describeSeries(open: () => Promise<StoreUnderTest>): void {
  describe('a series read with what is known of it', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('is undefined where nothing is stored', async () => {
      expect(await seriesIn(store, AAPL)).toBeUndefined();
      await store.upsert(update(WEEK));
      expect(await seriesIn(store, { ticker: 'AAPL', interval: '1h' })).toBeUndefined();
      expect(await seriesIn(store, { ticker: 'MSFT', interval: '1d' })).toBeUndefined();
    });

    it('has the bars of the range and all that its partition knows', async () => {
      const learned = coverage({
        present: [WEEK_DAYS],
        provisional: [days('2026-02-27', '2026-02-28')],
        absent: [absence(days('2026-02-19', '2026-02-20'), { reason: 'vendor-empty', note: 'empty' })],
      });
      await store.upsert(update(WEEK, { learned }));
      const known = { calendar: 'XNYS', coverage: learned, identity: APPLE };
      expect(await contentIn(subject.reopen(), AAPL)).toEqual({ ...known, bars: WEEK });
      const range = days('2026-02-24', '2026-02-26');
      expect(await contentIn(store, AAPL, range)).toEqual({ ...known, bars: WEEK.slice(1, 3) });
    });

    it('without a bar has what is known', async () => {
      const learned = coverage({ absent: [absence(WEEK_DAYS, { reason: 'unknown-ticker' })] });
      await store.upsert(update([], { learned }));
      expect(await contentIn(store, AAPL)).toMatchObject({ bars: [], coverage: learned });
    });

    it('joins what the partitions know that the range touches, and no others', async () => {
      const bars = [at('2024-12-31T14:30Z'), at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
      const present = [days('2024-12-31', '2025-01-01'), days('2025-12-31', '2026-01-03')];
      await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
      const moved = { ...APPLE, exchange: 'XNYS' };
      await store.upsert(
        update([at('2025-12-30T14:30Z')], {
          series: AAPL_5M,
          identity: moved,
          calendar: 'XNAS',
          fetchedAt: NOON + 1,
        }),
      );
      expect(await contentIn(store, AAPL_5M)).toMatchObject({
        calendar: 'XNAS',
        identity: moved,
        coverage: coverage({ present }),
        bars: [bars[0], at('2025-12-30T14:30Z'), ...bars.slice(1)],
      });
      expect(await contentIn(store, AAPL_5M, days('2026-01-01', '2026-01-02'))).toEqual({
        calendar: 'XNYS',
        identity: APPLE,
        coverage: coverage({ present: [days('2026-01-01', '2026-01-03')] }),
        bars: [],
      });
      expect(await seriesIn(store, AAPL_5M, days('2023-01-01', '2024-01-01'))).toBeUndefined();
    });

    it('of one day is that day only', async () => {
      await store.upsert(update([...WEEK, daily('2026-03-02')]));
      const content = await contentIn(store, AAPL, days('2026-03-02', '2026-03-03'));
      expect(content?.bars).toEqual([daily('2026-03-02')]);
    });

    it('is written on top of what was read, and of what somebody else committed since', async () => {
      const [first, second, third, fourth] = WEEK;
      if (!first || !second || !third || !fourth) throw new Error('no week');
      await store.upsert(update([first]));
      const edit = await store.edit(AAPL, WEEK_DAYS);
      expect(edit.content?.bars.length).toBe(1);
      await subject.reopen().upsert(update([second]));
      expect(await edit.commit({ bars: update([third]) })).toMatchObject({ inserted: 1, partitions: 1 });
      expect(await edit.commit({ bars: update([fourth]) })).toMatchObject({ inserted: 1, partitions: 1 });
      expect(await rowsIn(subject.reopen(), AAPL)).toEqual([first, second, third, fourth]);
    });

    it('is committed with many others, of which one that cannot be fails alone', async () => {
      const tickers = ['A', 'B', 'C', 'D'];
      const split = { kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 } as const;
      const entry = { action: split, source: 'sample', fetchedAt: NOON };
      const commits = await Promise.all(
        tickers.map(async (ticker, i) => ({
          edit: await store.edit({ ticker, interval: '1d' }, WEEK_DAYS),
          change: {
            actions: (book: ActionBook): ActionBook => ({ ...book, entries: [entry] }),
            // Days without end are refused.
            bars: update(WEEK.slice(i), {
              learned: coverage({ present: [{ from: 0, to: ticker === 'C' ? Infinity : 1 }] }),
            }),
          },
        })),
      );
      const results = await store.commitAll(commits);
      expect(results.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
      ]);
      expect(results[1]).toMatchObject({ value: { inserted: 4, partitions: 1 } });
      expect(results[2]).toMatchObject({ reason: { code: 'internal' } });
      for (const [i, ticker] of tickers.entries()) {
        const rows = await rowsIn(subject.reopen(), { ticker, interval: '1d' });
        expect(rows).toHaveLength(ticker === 'C' ? 0 : 5 - i);
        expect(await subject.reopen().readActions(ticker)).toEqual([split]);
      }
      expect(await store.commitAll([])).toEqual([]);
    });

    it('is edited with its corporate actions, which are written first and only if they change', async () => {
      const [bar] = WEEK;
      const split = { kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 } as const;
      const edit = await store.edit(AAPL, WEEK_DAYS);
      expect(edit).toMatchObject({ content: undefined, actions: { entries: [], covered: [] } });
      await tellActions(subject.reopen(), 'AAPL', [split], WEEK_DAYS, 'sample', NOON);
      const seen: unknown[] = [];
      await edit.commit({
        actions: (before) => {
          seen.push(before.entries.map(({ action }) => action));
          return before;
        },
        bars: update(bar ? [bar] : []),
      });
      expect(seen).toEqual([[split]]);
      expect(await edit.commit({})).toEqual({ inserted: 0, changed: 0, revised: 0, partitions: 0 });
      const again = await subject.reopen().edit(AAPL, WEEK_DAYS);
      expect(again.actions.entries).toMatchObject([{ action: split }]);
      expect(again.content?.bars.length).toBe(1);
    });
  });
}
