import { calendarById } from '../../core/calendar/calendars.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import type { Listing, Market } from '../../market/market.ts';
import { clockRows } from '../clock-rows.ts';
import type { WireResponse } from '../wire.ts';
import { json } from './errors.ts';
import { type BarsQuery, type Place, tokenOf } from './query.ts';

/**
 * A page of the bars of some symbols, by symbol, then by time. One without a bar is on no page.
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

function rowsOf(listing: Listing, query: BarsQuery, market: Market, now: number): readonly Ohlcv[] {
  const { lengthMs, start, end, isAsNamed } = query;
  const calendar = calendarById(listing.calendar);
  // A day's row is stamped with its start: the days that begin in the range.
  const named = isAsNamed ? (listing.formerly?.until ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
  const range = { from: Math.max(calendar.localDay(start), named), to: calendar.localDay(end) + 1 };
  return clockRows(listing, lengthMs, range, market, now).filter(({ ts }) => ts >= start && ts <= end);
}

/** Times with offset zero, numbers as they are; what the market does not know is left out. */
function sent({ ts, open, high, low, close, volume, vwap, trades }: Ohlcv): object {
  return {
    ...{ c: close, h: high, l: low },
    ...(trades !== null && { n: trades }),
    ...{ o: open, t: `${new Date(ts).toISOString().slice(0, 19)}Z`, v: volume },
    ...(vwap !== null && { vw: vwap }),
  };
}
