import type { Ohlcv } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { Zone } from '../core/calendar/zone.ts';
import { grouped } from '../core/grouped.ts';
import { type DayRange, utcDayOf } from '../core/session/day.ts';
import { type Interval, intervalMs } from '../core/session/interval.ts';
import { type Listing, type Market, isComplete } from '../market/market.ts';
import { asOneBar } from '../core/bars/session-grid.ts';
import { tradedRows } from '../market/traded-rows.ts';
import { changed } from './own-wire.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** What the market has rows of, of which those of a length are made: the longest of its own that is no longer. */
const MADE_OF: Readonly<Record<number, Interval>> = {
  [MINUTE]: '1m',
  [5 * MINUTE]: '5m',
  [15 * MINUTE]: '15m',
  [30 * MINUTE]: '15m',
  [60 * MINUTE]: '15m',
  [DAY]: '1d',
};

const NEW_YORK = new Zone('America/New_York');

/** Whether there are rows of a length, in ms. */
export function hasClockRows(lengthMs: number): boolean {
  return MADE_OF[lengthMs] !== undefined;
}

/**
 * What was traded in some sessions by `now` (ms since the epoch), in rows of a length that begin by the clock, whatever the
 * sessions are; a day of shares at midnight in New York. Of rows that are joined the market has to be `marketByClock`. Trading
 * before and after a session is one bar before its open and one after its close.
 */
export function clockRows(
  listing: Listing,
  lengthMs: number,
  range: DayRange,
  market: Market,
  now: number,
): readonly Ohlcv[] {
  const calendar = calendarById(listing.calendar);
  const interval = MADE_OF[lengthMs] as Interval;
  const own = isJoined(lengthMs)
    ? market.rows(listing.ticker, interval, range)
    : tradedRows(market, listing, interval, range, now);
  const whole = own.filter(isComplete);
  if (lengthMs === DAY) return whole.map((row) => dailyRow(row, calendar));
  return calendar.kind === 'exchange' ? withExtended(whole, calendar, lengthMs) : whole;
}

/** A day of shares begins at midnight in New York. */
function dailyRow(row: Ohlcv, { kind }: Calendar): Ohlcv {
  return kind === 'exchange' ? { ...row, ts: NEW_YORK.instantOf(utcDayOf(row.ts), 0) } : row;
}

/** Whether the rows of a length are joined of shorter ones of the market. */
function isJoined(lengthMs: number): boolean {
  const interval = MADE_OF[lengthMs];
  return interval !== undefined && intervalMs(interval) < lengthMs;
}

/**
 * A market in rows of clock hours, or of their parts, of what was traded by `now` (ms since the epoch): of whatever interval
 * rows are asked for that they are joined of. As it is for a length of which it has rows itself, or nobody has.
 */
export function marketByClock(market: Market, lengthMs: number, now: number): Market {
  if (!isJoined(lengthMs)) return market;
  return changed(market, {
    rows: (ticker, interval, range) => {
      const listing = market.listing(ticker);
      if (listing === undefined) return [];
      const rows = tradedRows(market, listing, interval, range, now).filter(isComplete);
      const groups = grouped(rows, ({ ts }) => Math.floor(ts / lengthMs) * lengthMs);
      return [...groups].flatMap(([ts, some]) => asOneBar(some, ts) ?? []);
    },
  });
}

/** With a flat bar half an hour before each session, and one after it. */
function withExtended(rows: readonly Ohlcv[], calendar: Calendar, lengthMs: number): readonly Ohlcv[] {
  const flat = (price: number, at: number): Ohlcv => {
    const ts = Math.floor(at / lengthMs) * lengthMs;
    return { ts, open: price, high: price, low: price, close: price, volume: 100, vwap: null, trades: null };
  };
  const days = [...grouped(rows, ({ ts }) => calendar.localDay(ts))].filter(([day]) =>
    calendar.isSession(day),
  );
  const extended = days.flatMap(([day, own]) => {
    const { open, close } = calendar.session(day);
    const [first, last] = [own[0] as Ohlcv, own.at(-1) as Ohlcv];
    return [flat(first.open, open - 31 * MINUTE), flat(last.close, close)];
  });
  const isInOrder = rows.every(({ ts }, i) => i === 0 || ts >= (rows[i - 1] as Ohlcv).ts);
  return isInOrder ? [...rows, ...extended].toSorted((a, b) => a.ts - b.ts) : [...extended, ...rows];
}
