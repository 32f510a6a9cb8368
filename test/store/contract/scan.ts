import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  update,
  WEEK,
  WEEK_DAYS,
} from '../fixtures.ts';
import { type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

export function describeScan(open: () => Promise<StoreUnderTest>): void {
  describe('scan', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('looks at the asked tickers and intervals only', async () => {
      await store.upsert(update(WEEK));
      await store.upsert(update(WEEK, { series: { ticker: 'MSFT', interval: '1d' } }));
      await store.upsert(update([at('2026-02-27T14:30Z')], { series: AAPL_5M }));
      const keys = async (options: Parameters<BarStore['scan']>[0]): Promise<string[]> => [
        ...(await store.scan(options)).series.keys(),
      ];
      expect((await keys({})).toSorted()).toEqual(['AAPL 1d', 'AAPL 5m', 'MSFT 1d']);
      expect((await keys({ tickers: ['AAPL', 'NOPE'] })).toSorted()).toEqual(['AAPL 1d', 'AAPL 5m']);
      expect((await keys({ intervals: ['1d'] })).toSorted()).toEqual(['AAPL 1d', 'MSFT 1d']);
      expect(await keys({ tickers: ['MSFT'], intervals: ['5m'] })).toEqual([]);
    });

    it('takes nothing for unlisted after the first bar, in whatever year that is', async () => {
      const unlisted = absence(days('2026-01-05', '2026-01-06'), { reason: 'pre-listing' });
      await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS], absent: [unlisted] }) }));
      const reasons = async (): Promise<string[] | undefined> =>
        (await store.scan({})).series
          .get('AAPL 1d')
          ?.coverage.absent.flatMap(({ by }) => by.map(({ reason }) => reason));
      expect(await reasons()).toEqual(['pre-listing']);
      const before = coverage({ present: [days('2025-12-30', '2025-12-31')] });
      await store.upsert(update([daily('2025-12-30')], { learned: before }));
      expect(await reasons()).toEqual(['vendor-empty']);
    });

    it('never shows a reader a half-done upsert', async () => {
      const reader = subject.reopen();
      const version = (n: number) =>
        update(
          WEEK.map((bar) => ({ ...bar, close: n + 1, volume: n })),
          {
            learned: coverage({
              absent: [absence(days('2026-01-05', '2026-01-06'), { checkedAt: NOON + n, note: `${n}` })],
            }),
            fetchedAt: NOON + n,
          },
        );
      await store.upsert(version(0));
      const progress = { writing: true };
      const writer = (async () => {
        for (let n = 1; n <= 60; n++) await store.upsert(version(n));
        progress.writing = false;
      })();
      const seen = new Set<number>();
      let last = 0;
      while (progress.writing) {
        const [scan, bars] = await Promise.all([reader.scan(), rowsIn(reader, AAPL)]);
        expect(scan.setAside).toEqual([]);
        const state = scan.series.get('AAPL 1d');
        expect(state?.rows).toBe(WEEK.length);
        expect(state?.coverage.absent[0]?.by[0]?.note).toBe(String((state?.fetchedAt ?? 0) - NOON));
        const closes = new Set(bars.map(({ close }) => close));
        expect([bars.length, closes.size]).toEqual([WEEK.length, 1]);
        const [close = 0] = closes;
        expect(close).toBeGreaterThanOrEqual(last);
        last = close;
        seen.add(close);
      }
      await writer;
      expect(seen.size).toBeGreaterThan(1);
    });
  });
}
