import { calendarById } from '../core/calendar/calendars.ts';
import type { DayRange } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Listing, Market, MarketRow } from './market.ts';
import { rowsSoFar } from './so-far.ts';

/**
 * What a market has traded by `now`, ms since the epoch: rows of the sessions that are over, and of the open one as far as
 * it got.
 */
export function tradedRows(
  market: Market,
  listing: Listing,
  interval: Interval,
  range: DayRange,
  now: number,
): readonly MarketRow[] {
  const calendar = calendarById(listing.calendar);
  const firstOpen = calendar.nextSession(calendar.lastSettled(now, 0));
  const over = { from: range.from, to: Math.min(range.to, firstOpen) };
  return [
    ...(over.from < over.to ? market.rows(listing.ticker, interval, over) : []),
    ...rowsSoFar(market, listing, interval, range, now),
  ];
}
