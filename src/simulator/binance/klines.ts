import { calendarById } from '../../core/calendar/calendars.ts';
import { type DayRange, MS_PER_DAY, startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Listing, Market, MarketRow } from '../../market/market.ts';
import { isComplete } from '../../market/market.ts';
import { tradedRows } from '../../market/traded-rows.ts';
import type { KlinesQuery } from './query.ts';

/** A row on the wire, its stamps in ms. */
export type Kline = readonly (number | string)[];

/** A stamp that is this large is in another unit: a fault, which goes out as it is. */
const BEYOND_MS = 1e14;

/**
 * The klines that a query asks for, ascending, the open one among them: the first ones from a start, else the last ones. Where
 * days of the market have no rows they may be fewer than the limit, though there are more.
 */
export function klinesFor(query: KlinesQuery, market: Market, now: number): readonly Kline[] {
  const { listing, interval, limit } = query;
  const { startTime = Number.NEGATIVE_INFINITY, endTime = now } = query;
  const listed = startOfDay(listing.firstTrade ?? utcDayOf(now));
  const days = { from: utcDayOf(Math.max(startTime, listed)), to: utcDayOf(Math.min(endTime, now)) + 1 };
  const read = (some: DayRange): readonly MarketRow[] =>
    rowsOn(some, listing, { interval, market, now }).filter(
      ({ ts }) => ts >= BEYOND_MS || (ts >= startTime && ts <= endTime),
    );
  const isLast = query.startTime === undefined;
  // As many days as hold what is wanted, if none of them is without rows.
  const most = 1 + Math.ceil(limit / rowsADay(interval));
  const near = isLast
    ? { from: Math.max(days.from, days.to - most), to: days.to }
    : { from: days.from, to: Math.min(days.to, days.from + most) };
  const found = read(near);
  const asked = found.length > 0 ? found : read(days);
  const rows = isLast ? asked.slice(-limit) : asked.slice(0, limit);
  return rows.map((row) => klineOf(row, interval));
}

function rowsADay(interval: Interval): number {
  return MS_PER_DAY / intervalMs(interval);
}

/** What is asked of a market, and when. */
export interface Reading {
  readonly interval: Interval;
  readonly market: Market;
  readonly now: number;
}

function rowsOn(days: DayRange, listing: Listing, { interval, market, now }: Reading): readonly MarketRow[] {
  if (days.from >= days.to) return [];
  const rows = tradedRows(market, listing, interval, days, now);
  const open = interval === '1d' ? undefined : openRow(listing, { interval, market, now });
  return open !== undefined && open.ts >= startOfDay(days.from) && open.ts < startOfDay(days.to)
    ? [...rows, open]
    : rows;
}

/** The bar that is open, of which only the first trade is known: it is another one when it is over. */
function openRow(listing: Listing, { interval, market, now }: Reading): MarketRow | undefined {
  const day = calendarById(listing.calendar).sessionAt(now);
  if (day === undefined) return undefined;
  const start = now - (now % intervalMs(interval));
  const row = market
    .rows(listing.ticker, interval, { from: day, to: day + 1 })
    .find(({ ts }) => ts === start && ts + intervalMs(interval) > now);
  return row && { ...row, high: row.open, low: row.open, close: row.open, volume: 0 };
}

/** Taken together, the part of the volume that buyers took; nobody here reads it. */
const NOBODY = '0.00000000';

/** A row in Binance's words. A row of which a value is missing has an empty text there, which Binance never has. */
export function klineOf(row: MarketRow, interval: Interval): Kline {
  const { ts, open, high, low, close, volume, trades } = row;
  const [o, h, l, c, v] = [open, high, low, close, volume].map(textOf);
  const end = ts + intervalMs(interval) - 1;
  const turnover = textOf(isComplete(row) ? turnoverOf(row) : null);
  return [
    ts,
    o ?? '',
    h ?? '',
    l ?? '',
    c ?? '',
    v ?? '',
    end,
    turnover,
    trades ?? (volume === 0 ? 0 : 1),
    NOBODY,
    NOBODY,
    '0',
  ];
}

/** What was paid for the volume; where the market does not tell, at the middle of the bar. */
function turnoverOf({
  high,
  low,
  volume,
  vwap,
}: {
  high: number;
  low: number;
  volume: number;
  vwap: number | null;
}): number {
  return volume * (vwap ?? (high + low) / 2);
}

/** With eight decimals; what is no number that anybody means goes on being none. */
function textOf(value: number | null): string {
  if (value === null) return '';
  return Number.isFinite(value) ? value.toFixed(8) : '1e999';
}
