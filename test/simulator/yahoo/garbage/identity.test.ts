import { describe, expect, it } from 'vitest';
import type { Listing, Market } from '../../../../src/market/market.ts';
import { resultOf } from '../../chart.ts';
import { answer, daily, distort, distorted, HOURLY, market, rowsOf } from './distorting.ts';

/** The sample market with something else in the listing of ALFA, or without other tickers. */
function marketWith(own: Partial<Listing>, tickers = market.tickers()): Market {
  return {
    tickers: () => tickers,
    listing: (ticker) => {
      const listing = market.listing(ticker);
      return listing && ticker === 'ALFA' ? { ...listing, ...own } : listing;
    },
    intervals: (ticker) => market.intervals(ticker),
    rows: (...asked) => market.rows(...asked),
    actions: (ticker) => market.actions(ticker),
    quiet: (ticker) => market.quiet(ticker),
  };
}

describe('rows of something else than the head says', () => {
  it.each([
    ['USD', 'EUR'],
    ['EUR', 'USD'],
    ['GBp', 'GBP'],
    ['GBP', 'GBp'],
    ['JPY', 'USD'],
  ])('wrong-currency: %s becomes %s, and nothing else changes', (currency, other) => {
    const { goodResult, badResult } = distorted('wrong-currency', { market: marketWith({ currency }) });
    expect(goodResult.meta['currency']).toBe(currency);
    expect(badResult).toEqual({ ...goodResult, meta: { ...goodResult.meta, currency: other } });
  });

  it.each([
    ['ALFA', 'EQUITY', 'ETF'],
    ['UMBR', 'ETF', 'EQUITY'],
    ['SMPL-USD', 'CRYPTOCURRENCY', 'EQUITY'],
  ])('wrong-type: %s, of type %s, becomes one of %s', (ticker, type, other) => {
    const { goodResult, badResult } = distorted('wrong-type', { ticker });
    expect(goodResult.meta['instrumentType']).toBe(type);
    expect(badResult).toEqual({ ...goodResult, meta: { ...goodResult.meta, instrumentType: other } });
  });

  it('recycled: of another type, and traded only since the session of the middle row', () => {
    const { goodResult, badResult, good } = distorted('recycled');
    const meta = { ...goodResult.meta, instrumentType: 'ETF', firstTradeDate: good[126]?.stamp };
    expect(good).toHaveLength(252);
    expect(badResult).toEqual({ ...goodResult, meta });
  });

  it('recycled: of hourly rows too the first trade is at the open', () => {
    const { good, badResult } = distorted('recycled', { query: HOURLY });
    const first = Number(badResult.meta['firstTradeDate']);
    const middle = good[Math.floor(good.length / 2)]?.stamp ?? 0;
    expect(new Date(first * 1000).toISOString()).toMatch(/T14:30:00/);
    expect(middle - first).toBeGreaterThanOrEqual(0);
    expect(middle - first).toBeLessThan(6.5 * 3600);
  });

  it("other-series: the next ticker's rows under this ticker's head and events", () => {
    for (const query of [daily('2020-01-01', '2020-12-31'), HOURLY]) {
      const { goodResult, badResult, bad } = distorted('other-series', { query });
      expect(bad).toEqual(rowsOf(resultOf(answer({ ticker: 'BRIQ', query }))));
      expect([badResult.meta, badResult.events]).toEqual([goodResult.meta, goodResult.events]);
    }
  });

  it('other-series: of the same exchange, round the end of the list', () => {
    for (const [ticker, other] of [
      ['BLTZ.DE', 'DRHT.DE'],
      ['ZEFI', 'ALFA'],
      ['WLDE.DE', 'ADLR.DE'],
      ['YUKI.T', 'HOSH.T'],
    ] as const) {
      const query = daily('2026-10-01', '2026-10-30');
      expect(distorted('other-series', { ticker, query }).bad).toEqual(
        rowsOf(resultOf(answer({ ticker: other, query }))),
      );
    }
  });

  it('other-series: of another exchange where its own has no other ticker, none in a market of one', () => {
    const two = marketWith({}, ['ALFA', 'KUMO.T']);
    expect(distorted('other-series', { market: two }).bad).toEqual(
      rowsOf(resultOf(answer({ ticker: 'KUMO.T' }))),
    );
    expect(distort('other-series', { market: marketWith({}, ['ALFA']) })).toBe(null);
  });
});
