import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RejectedRow, ScanOptions } from '../../../src/store/store.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, NOON, update, WEEK } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

const ROWS: readonly RejectedRow[] = [
  { row: { ts: 1, close: 'NaN', deep: [null, { a: 1 }] }, reason: 'close is not a number' },
  { row: 'a line of text', reason: 'no row at all' },
];

export function describeRejected(open: () => Promise<StoreUnderTest>): void {
  describe('quarantine', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    const reasons = async (options?: ScanOptions): Promise<string[]> =>
      (await store.readRejected(options)).records.flatMap(({ rows }) => rows.map(({ reason }) => reason));

    it('holds nothing at first', async () => {
      expect(await store.readRejected()).toEqual({ records: [], unreadable: [] });
      expect(await store.listSetAside()).toEqual([]);
    });

    it('takes rejected rows without touching the series', async () => {
      await store.upsert(update(WEEK));
      await store.quarantine(AAPL, ROWS, 'sample', NOON);
      expect(await rowsIn(store, AAPL)).toEqual(WEEK);
      expect((await store.scan()).setAside).toEqual([]);
      expect(await store.listSetAside()).toEqual([]);
    });

    it('gives rejected rows back as they came, with where they came from', async () => {
      const series = { ticker: 'EURUSD=X', interval: '5m' } as const;
      await store.quarantine(series, ROWS, 'sample', NOON + 250);
      expect(await subject.reopen().readRejected()).toEqual({
        records: [{ series, source: 'sample', fetchedAt: NOON + 250, rows: ROWS }],
        unreadable: [],
      });
    });

    it('gives them oldest first, whatever series they are of, and of one time as they were put there', async () => {
      const put = (series: typeof AAPL, reason: string, fetchedAt: number): Promise<void> =>
        store.quarantine(series, [{ row: {}, reason }], 'sample', fetchedAt);
      await put(AAPL, 'late', NOON + 60_000);
      await put({ ticker: 'MSFT', interval: '1d' }, 'early', NOON - 60_000);
      for (let n = 1; n <= 11; n++) await put(AAPL_5M, `of noon ${n}`, NOON);
      const atNoon = Array.from({ length: 11 }, (_, i) => `of noon ${i + 1}`);
      expect(await reasons()).toEqual(['early', ...atNoon, 'late']);
    });

    it('gives those of the asked tickers and intervals only', async () => {
      for (const ticker of ['AAPL', 'MSFT'])
        for (const interval of ['1d', '5m'] as const)
          await store.quarantine(
            { ticker, interval },
            [{ row: {}, reason: `${ticker} ${interval}` }],
            'sample',
            NOON,
          );
      expect((await reasons({ tickers: ['AAPL', 'NOPE'] })).toSorted()).toEqual(['AAPL 1d', 'AAPL 5m']);
      expect(await reasons({ intervals: ['5m'] })).toEqual(['AAPL 5m', 'MSFT 5m']);
      expect(await reasons({ tickers: ['MSFT'], intervals: ['1d'] })).toEqual(['MSFT 1d']);
    });
  });
}
