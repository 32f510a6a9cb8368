import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorporateAction, Split } from '../../src/core/bars/bars.ts';
import { calendarById, calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Listing, Market } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { ALL, dailyRows, market, range, tickers, tradedSession } from './sampled.ts';

/** Asked in whatever order the properties come to: it must not matter. */
const sampleMarketOnce: Market = sampleMarket();

function listingOf(ticker: string): Listing {
  const listing = market.listing(ticker);
  if (listing === undefined) throw new Error(`no listing of ${ticker}`);
  return listing;
}

function isSplit(action: CorporateAction): action is Split {
  return action.kind === 'split';
}

describe('the sample market', () => {
  it('has about sixty tickers, sorted, each on the calendar that its name stands for', () => {
    expect(tickers.length).toBeGreaterThanOrEqual(58);
    expect(tickers).toEqual(tickers.toSorted());
    for (const ticker of tickers) expect(listingOf(ticker).calendar).toBe(calendarFor(ticker).id);
    const calendars = new Set(tickers.map((ticker) => listingOf(ticker).calendar));
    expect([...calendars].toSorted()).toEqual(['24-5-FX', '24-7', 'XETR', 'XNYS', 'XPAR', 'XTKS']);
  });

  it('gives the same rows for the same seed, and others for another', () => {
    const again = sampleMarket(1);
    const other = sampleMarket(2);
    const days = range('2024-01-01', '2024-04-01');
    for (const ticker of tickers) {
      expect(again.rows(ticker, '1d', days)).toEqual(market.rows(ticker, '1d', days));
      expect(again.actions(ticker)).toEqual(market.actions(ticker));
    }
    expect(other.rows('ALFA', '1d', days)).not.toEqual(market.rows('ALFA', '1d', days));
    expect(other.rows('ALFA', '5m', days)).not.toEqual(market.rows('ALFA', '5m', days));
  });

  it('gives a session the same row whatever range is asked for, in which order', () => {
    fc.assert(
      fc.property(tradedSession, fc.nat(40), fc.nat(40), ({ ticker, row, day }, before, after) => {
        const wider = sampleMarketOnce.rows(ticker, '1d', { from: day - before, to: day + after + 1 });
        expect(wider.find(({ ts }) => ts === row.ts)).toEqual(row);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the prices of the default seed: a change of them is a change of the market', () => {
    expect(dailyRows('ALFA', range('2020-08-28', '2020-09-01'))).toMatchInlineSnapshot(`
      [
        {
          "close": 136.15,
          "high": 137.08,
          "low": 133.54,
          "open": 135.05,
          "trades": null,
          "ts": 1598572800000,
          "volume": 50909355,
          "vwap": null,
        },
        {
          "close": 34.57,
          "high": 34.73,
          "low": 33.9,
          "open": 34.19,
          "trades": null,
          "ts": 1598832000000,
          "volume": 226236546,
          "vwap": null,
        },
      ]
    `);
    expect(market.rows('KUMO.T', '1h', range('2026-01-05', '2026-01-06')).slice(0, 2)).toMatchInlineSnapshot(`
      [
        {
          "close": 8216,
          "high": 8245,
          "low": 8210,
          "open": 8212,
          "trades": null,
          "ts": 1767571200000,
          "volume": 660656,
          "vwap": null,
        },
        {
          "close": 8164,
          "high": 8223,
          "low": 8151,
          "open": 8216,
          "trades": null,
          "ts": 1767574800000,
          "volume": 414326,
          "vwap": null,
        },
      ]
    `);
  });

  it('prints only sound bars: positive, in order, whole shares, nothing traded in currencies', () => {
    for (const ticker of tickers) {
      const { type } = listingOf(ticker);
      const unsound = dailyRows(ticker).filter(
        ({ open, high, low, close, volume }) =>
          !(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)) ||
          (type === 'fx' ? volume !== 0 : volume <= 0) ||
          (type !== 'crypto' && !Number.isInteger(volume)),
      );
      expect(unsound, ticker).toEqual([]);
    }
  });

  it('moves like a market: no session gains or loses a third but where a split went ex', () => {
    for (const ticker of tickers) {
      const exDays = new Set(
        market
          .actions(ticker)
          .filter(isSplit)
          .map(({ exDay }) => exDay),
      );
      const rows = dailyRows(ticker);
      const jumps = rows.filter((row, i) => {
        const before = rows[i - 1];
        return (
          before !== undefined &&
          !exDays.has(utcDayOf(row.ts)) &&
          Math.abs(row.open / before.close - 1) > 1 / 3
        );
      });
      expect(jumps, ticker).toEqual([]);
    }
  });

  it('trades on sessions of its calendar only, from the listing to the last day before the delisting', () => {
    for (const ticker of tickers) {
      const { calendar, firstTrade, delistedOn } = listingOf(ticker);
      const days = dailyRows(ticker).map(({ ts }) => utcDayOf(ts));
      expect(
        days.filter((day) => !calendarById(calendar).isSession(day)),
        ticker,
      ).toEqual([]);
      expect(days[0], ticker).toBe(firstTrade);
      const end = delistedOn ?? parseDay('2028-01-01');
      expect(days.at(-1), ticker).toBe(calendarById(calendar).previousSession(end));
    }
  });

  it('has listings of the last years and delistings', () => {
    const listings = tickers.map(listingOf);
    expect(
      listings.filter(({ firstTrade }) => (firstTrade ?? 0) > parseDay('2021-01-01')).length,
    ).toBeGreaterThan(5);
    expect(listings.filter(({ delistedOn }) => delistedOn !== null).length).toBeGreaterThan(4);
    expect(listingOf('TARN').delistedOn).toBe(parseDay('2023-06-30'));
    expect(dailyRows('TARN', range('2023-06-29', '2024-01-01'))).toHaveLength(1);
    expect(dailyRows('KELV', range('2010-01-01', '2024-10-03'))).toEqual([]);
  });

  it('shows every split as a jump of the price by its ratio, and has some to come', () => {
    const splits = tickers.flatMap((ticker) =>
      market
        .actions(ticker)
        .filter(isSplit)
        .map((split) => ({ ticker, ...split })),
    );
    for (const ratio of [4, 2, 1.5, 7, 1 / 20, 1 / 10]) {
      expect(
        splits.some((split) => split.ratio === ratio),
        `a split of ${ratio}`,
      ).toBe(true);
    }
    for (const { ticker, exDay, ratio } of splits) {
      const before = dailyRows(ticker, { from: exDay - 10, to: exDay }).at(-1);
      const on = dailyRows(ticker, { from: exDay, to: exDay + 1 })[0];
      expect(Math.abs(((on?.open ?? 0) * ratio) / (before?.close ?? 1) - 1), ticker).toBeLessThan(0.25);
    }
    expect(splits.filter(({ exDay }) => exDay >= parseDay('2027-01-01')).length).toBeGreaterThan(2);
  });

  it('pays dividends on sessions, small against the price', () => {
    for (const ticker of tickers) {
      for (const action of market.actions(ticker)) {
        expect(calendarFor(ticker).isSession(action.exDay)).toBe(true);
        if (action.kind === 'split') continue;
        const price = dailyRows(ticker, { from: action.exDay - 10, to: action.exDay }).at(-1)?.close ?? 0;
        expect(action.amount / price, ticker).toBeLessThan(0.06);
        expect(action.amount, ticker).toBeGreaterThan(0);
      }
      const days = market.actions(ticker).map(({ exDay }) => exDay);
      expect(days).toEqual(days.toSorted((a, b) => a - b));
    }
  });

  it('has no row on halted sessions nor on those that an illiquid share did not trade in', () => {
    expect(dailyRows('GLYF', range('2020-03-16', '2020-03-21'))).toEqual([]);
    expect(dailyRows('GLYF', range('2020-03-13', '2020-03-24'))).toHaveLength(2);
    const sessions = calendarFor('SABL').sessions(range('2024-01-01', '2026-01-01')).length;
    const traded = dailyRows('SABL', range('2024-01-01', '2026-01-01')).length;
    expect(traded / sessions).toBeGreaterThan(0.85);
    expect(traded / sessions).toBeLessThan(0.98);
  });

  it('knows nothing of a ticker that is not its own', () => {
    expect(market.listing('AAPL')).toBeUndefined();
    expect(market.rows('AAPL', '1d', ALL)).toEqual([]);
    expect(market.actions('AAPL')).toEqual([]);
    expect(market.intervals('AAPL')).toEqual([]);
  });
});
