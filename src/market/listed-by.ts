import { calendarById } from '../core/calendar/calendars.ts';
import type { Listing, Market } from './market.ts';

/** The instruments of a market that are known at `now` (ms since the epoch): none that is yet to be listed, and no end to come. */
export function listedBy(market: Market, now: number): Listing[] {
  return market.tickers().flatMap((ticker) => {
    const listing = market.listing(ticker);
    if (listing === undefined) return [];
    const { firstTrade, delistedOn, calendar } = listing;
    const today = calendarById(calendar).localDay(now);
    if (firstTrade === null || firstTrade > today) return [];
    return [{ ...listing, delistedOn: delistedOn !== null && delistedOn <= today ? delistedOn : null }];
  });
}
