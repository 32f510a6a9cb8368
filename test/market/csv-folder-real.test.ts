import { expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type DayRange, formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type CsvFolderMarket, csvFolderMarket } from '../../src/market/csv-folder.ts';
import { isComplete, type MarketRow } from '../../src/market/market.ts';
import { realData } from '../realdata.ts';
import { REAL_DATA, describeWith } from '../needs.ts';

const ALL: DayRange = { from: parseDay('1990-01-01'), to: parseDay('2030-01-01') };

function on(
  market: CsvFolderMarket,
  ticker: string,
  date: string,
  interval: Interval = '1d',
): MarketRow | undefined {
  const day = parseDay(date);
  return market.rows(ticker, interval, { from: day, to: day + 1 })[0];
}

describeWith(REAL_DATA)('folders of real data', () => {
  it('of the S&P 500 give every ticker, with the rows that lack values', () => {
    const market = csvFolderMarket(realData('daily-sp500-2013-2018'));
    expect(market.tickers()).toHaveLength(499);
    expect(market.tickers()).toContain('BRK-B');
    expect(market.rows('AAPL', '1d', ALL)).toHaveLength(1259);
    const row = on(market, 'REGN', '2015-06-09');
    expect(row).toMatchObject({ open: null, high: null, low: null, close: 526.09, volume: 12135 });
    expect(market.rows('REGN', '1d', ALL).filter((one) => !isComplete(one))).toHaveLength(1);
    expect(market.listing('APTV')?.firstTrade).toBe(parseDay('2017-12-05'));
  });

  it('of Yahoo downloads take the close, not the adjusted one, and know null rows', () => {
    const market = csvFolderMarket(realData('daily-yahoo-2012-2017'));
    expect(on(market, 'AAPL', '2012-09-04')).toMatchObject({ close: 96.424286, volume: 91973000 });
    for (const ticker of ['PTR', 'REX', 'SNP']) {
      expect(on(market, ticker, '2016-06-29')).toMatchObject({ open: null, close: null, volume: null });
    }
  });

  it('of Lean give raw daily prices and regular minutes', () => {
    const daily = csvFolderMarket(realData('daily-raw'));
    expect(daily.tickers()).toHaveLength(9);
    expect(on(daily, 'IBM', '2021-03-31')).toMatchObject({ open: 134.54, close: 133.26, volume: 4630365 });
    const minutes = csvFolderMarket(realData('intraday-raw/minute'));
    expect(minutes.tickers()).toEqual(['IBM', 'SPY']);
    const day = { from: parseDay('2013-10-07'), to: parseDay('2013-10-08') };
    const rows = minutes.rows('SPY', '1m', day);
    expect(rows).toHaveLength(390);
    expect(new Date(rows[0]?.ts ?? 0).toISOString()).toBe('2013-10-07T13:30:00.000Z');
    expect(minutes.read('SPY', '1m', day).dropped).toBeGreaterThan(100);
  });

  it('of Lean with clock-aligned hours of a share offer the daily bars of every session, and no hours', () => {
    const market = csvFolderMarket(realData('intraday-raw/hour'));
    expect(market.intervals('AAPL')).toEqual(['1d']);
    const span = market.span('AAPL', '1d') ?? { from: 0, to: 0 };
    expect([span.from, span.to - 1].map(formatDay)).toEqual(['1998-01-02', '2021-03-31']);
    const days = market.rows('AAPL', '1d', ALL).map(({ ts }) => utcDayOf(ts));
    expect(days).toEqual(calendarFor('AAPL').sessions(span));
    // The last sessions before and the first ones of two splits, and a half day.
    expect(on(market, 'AAPL', '2014-06-06')).toMatchObject({ open: 650, close: 645.57 });
    expect(on(market, 'AAPL', '2014-06-09')).toMatchObject({ close: 93.7 });
    expect(on(market, 'AAPL', '2020-08-28')).toMatchObject({ close: 499.23 });
    expect(on(market, 'AAPL', '2020-08-31')).toMatchObject({ close: 129.04 });
    expect(on(market, 'AAPL', '2012-12-24')).toMatchObject({ close: 519.96 });
    // Its hours go on after the early close of some half days, and are outside of no other session.
    const calendar = calendarFor('AAPL');
    const cut = calendar
      .sessions(span)
      .filter((day) => market.read('AAPL', '1d', { from: day, to: day + 1 }).dropped > 0);
    expect(cut.length).toBeGreaterThan(0);
    const lengths = cut.map((day) => calendar.session(day)).map(({ open, close }) => close - open);
    expect(Math.max(...lengths)).toBeLessThan(6 * 3_600_000);
    expect(market.read('AAPL', '1d', ALL).dropped).toBeGreaterThanOrEqual(cut.length);
  });

  it('agree on a share: the daily bars of its hours with those of another source', () => {
    const ofHours = csvFolderMarket(realData('intraday-raw/hour'));
    const daily = csvFolderMarket(realData('daily-sp500-2013-2018'))
      .rows('AAPL', '1d', ALL)
      .filter(isComplete);
    const split = parseDay('2014-06-09');
    const compared = daily.map((row) => {
      const day = utcDayOf(row.ts);
      const raw = ofHours.rows('AAPL', '1d', { from: day, to: day + 1 }).find(isComplete);
      const shares = day < split ? 7 : 1;
      return {
        close: Math.abs((raw?.close ?? 0) / shares / row.close - 1),
        volume: ((raw?.volume ?? 0) * shares) / row.volume,
      };
    });
    expect(compared).toHaveLength(1259);
    expect(compared.filter(({ close }) => close < 0.002)).toHaveLength(1258);
    // Auctions and late reports are no part of the hours.
    expect(compared.filter(({ volume }) => volume > 0.85 && volume < 1.01).length).toBeGreaterThan(1190);
  });

  it('of crypto and currencies are named by their pairs', () => {
    const crypto = csvFolderMarket(realData('crypto'));
    expect(crypto.tickers()).toEqual(['BTC-BUSD', 'BTC-USD', 'BTC-USDT', 'ETH-USDT']);
    expect(crypto.intervals('BTC-USDT')).toEqual(['1h', '1d']);
    expect(on(crypto, 'BTC-USDT', '2017-08-17')).toMatchObject({ open: 4261.48, volume: 795.150377 });
    expect(crypto.rows('BTC-USDT', '1h', ALL)).toHaveLength(120);
    const currencies = csvFolderMarket(realData('fx-daily'));
    expect(currencies.tickers()).toEqual(['EURGBP=X', 'EURUSD=X', 'GBPUSD=X', 'NZDUSD=X']);
    expect(on(currencies, 'EURUSD=X', '2007-01-02')).toMatchObject({ open: 1.32145, volume: 0 });
  });
});
