import type { CorporateAction } from '../../core/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Listing, Market, MarketRow } from '../../market/market.ts';
import type { BarRequest } from '../provider.ts';

/** What a market knows of a request at its `now`. */
export interface MarketReading {
  readonly listing: Listing;
  /** Rows of the sessions in `closed`. */
  readonly rows: readonly MarketRow[];
  /** The days asked for up to the first session that has not closed yet, `[from, to)`; empty if all are to come. */
  readonly closed: DayRange;
  /** Corporate actions that are effective by the exchange's current date. */
  readonly actions: readonly CorporateAction[];
}

/**
 * Reads from a market what a provider could have served at `request.now`: nothing of the future and no session that
 * is still open. Throws `unknown-ticker`, and `unsupported-interval` where the market has the ticker but not the interval.
 */
export function readMarket(market: Market, request: BarRequest, provider: string): MarketReading {
  const { series, range, now } = request;
  const { ticker, interval } = series;
  const listing = market.listing(ticker);
  if (listing === undefined) {
    throw new BackfillError('unknown-ticker', `${provider} has no ticker ${ticker}`, { ticker, provider });
  }
  const intervals = market.intervals(ticker);
  if (!intervals.includes(interval)) {
    const offered = intervals.length === 0 ? 'no bars' : `only ${intervals.join(', ')}`;
    throw new BackfillError(
      'unsupported-interval',
      `${provider} has ${offered} of ${ticker}, not ${interval}`,
      {
        ticker,
        provider,
      },
    );
  }
  const calendar = calendarById(listing.calendar);
  const firstOpen = calendar.nextSession(calendar.lastSettled(now, 0));
  const closed = { from: range.from, to: Math.max(range.from, Math.min(range.to, firstOpen)) };
  const today = calendar.localDay(now);
  return {
    listing,
    rows: market.rows(ticker, interval, closed),
    closed,
    actions: market.actions(ticker).filter(({ exDay }) => exDay <= today),
  };
}
