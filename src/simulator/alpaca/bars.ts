import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import { grouped } from '../../core/grouped.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { utcDayOf } from '../../core/session/day.ts';
import { type Listing, type Market, isComplete } from '../../market/market.ts';
import { asOneBar } from '../../market/session-grid.ts';
import { tradedRows } from '../../market/traded-rows.ts';
import { changed } from '../own-wire.ts';
import type { WireResponse } from '../wire.ts';
import { json } from './errors.ts';
import { type BarsQuery, type Place, tokenOf } from './query.ts';

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

/** A row as it is sent: of a length that begins at `ts` by the clock, whatever the sessions are. */
type SentRow = Ohlcv;

/**
 * A page of the bars of some symbols, by symbol, then by time. One without a bar is on no page. Trading before and after a
 * session is one bar before its open and one after its close.
 */
export function pageOfBars(
  query: BarsQuery,
  market: Market,
  now: number,
  listingOf: (symbol: string) => Listing | undefined,
): WireResponse {
  const bars: Record<string, object[]> = {};
  let left = query.limit;
  let next: Place | undefined;
  for (const symbol of query.symbols) {
    const { place } = query;
    if (place !== undefined && symbol < place.symbol) continue;
    const listing = listingOf(symbol);
    if (listing === undefined) continue;
    const from = symbol === place?.symbol ? place.ts : Number.NEGATIVE_INFINITY;
    const rows = rowsOf(listing, query, market, now).filter(({ ts }) => ts >= from);
    const beyond = rows[left];
    if (rows.length > 0 && left > 0) bars[symbol] = rows.slice(0, left).map(sent);
    if (beyond !== undefined) {
      next = { symbol, ts: beyond.ts };
      left = 0;
      break;
    }
    left -= rows.length;
  }
  const token = next === undefined ? null : tokenOf(next);
  return json(200, { bars, next_page_token: token }, query.limit - left);
}

function rowsOf(listing: Listing, query: BarsQuery, market: Market, now: number): readonly SentRow[] {
  const { lengthMs, start, end, isAsNamed } = query;
  const calendar = calendarById(listing.calendar);
  // A day's row is stamped with its start: the days that begin in the range.
  const named = isAsNamed ? (listing.formerly?.until ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const range = { from: Math.max(calendar.localDay(start), named), to: calendar.localDay(end) + 1 };
  const interval = MADE_OF[lengthMs] as Interval;
  const own = isJoined(lengthMs)
    ? market.rows(listing.ticker, interval, range)
    : tradedRows(market, listing, interval, range, now);
  const whole = own.filter(isComplete);
  const rows = lengthMs === DAY ? whole.map((row) => dailyRow(row, calendar)) : whole;
  const all = lengthMs === DAY || calendar.kind === 'always' ? rows : withExtended(rows, calendar, lengthMs);
  return all.filter(({ ts }) => ts >= start && ts <= end);
}

/** A day of shares begins at midnight in New York. */
function dailyRow(row: Ohlcv, { kind }: Calendar): SentRow {
  return kind === 'always' ? row : { ...row, ts: NEW_YORK.instantOf(utcDayOf(row.ts), 0) };
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
function withExtended(rows: readonly SentRow[], calendar: Calendar, lengthMs: number): readonly SentRow[] {
  const flat = (price: number, at: number): SentRow => {
    const ts = Math.floor(at / lengthMs) * lengthMs;
    return { ts, open: price, high: price, low: price, close: price, volume: 100, vwap: null, trades: null };
  };
  const days = [...grouped(rows, ({ ts }) => calendar.localDay(ts))].filter(([day]) =>
    calendar.isSession(day),
  );
  const extended = days.flatMap(([day, own]) => {
    const { open, close } = calendar.session(day);
    const [first, last] = [own[0] as SentRow, own.at(-1) as SentRow];
    return [flat(first.open, open - 31 * MINUTE), flat(last.close, close)];
  });
  const isInOrder = rows.every(({ ts }, i) => i === 0 || ts >= (rows[i - 1] as SentRow).ts);
  return isInOrder ? [...rows, ...extended].toSorted((a, b) => a.ts - b.ts) : [...extended, ...rows];
}

/** Times with offset zero, numbers as they are; what the market does not know is left out. */
function sent({ ts, open, high, low, close, volume, vwap, trades }: SentRow): object {
  return {
    ...{ c: close, h: high, l: low },
    ...(trades !== null && { n: trades }),
    ...{ o: open, t: `${new Date(ts).toISOString().slice(0, 19)}Z`, v: volume },
    ...(vwap !== null && { vw: vwap }),
  };
}
