import fc from 'fast-check';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import { type DayRange, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { isComplete } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';

/** All days that the sample market has. */
export const ALL: DayRange = { from: parseDay('2000-01-01'), to: parseDay('2030-01-01') };
export const market = sampleMarket();
export const tickers = market.tickers();

export function range(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

export function dailyRows(ticker: string, days: DayRange = ALL): Ohlcv[] {
  return market.rows(ticker, '1d', days).filter(isComplete);
}

/** A ticker and one of the sessions that it traded in. */
export const tradedSession = fc
  .record({ ticker: fc.constantFrom(...tickers), at: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ ticker, at }) => {
    const rows = dailyRows(ticker);
    const row = rows[Math.floor(at * (rows.length - 1))];
    if (row === undefined) throw new Error(`${ticker} never trades`);
    return { ticker, row, day: utcDayOf(row.ts) };
  });
