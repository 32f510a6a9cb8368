import type { CorporateAction } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Listing, Market, QuietSessions } from '../../market/market.ts';
import { partOver } from '../part-over.ts';
import type { BarRequest } from '../provider.ts';

/** What a market knows of a request at its `now`. */
export interface MarketReading {
  readonly listing: Listing;
  /** The days asked for up to the first session that has not closed yet, `[from, to)`; empty if all are to come. */
  readonly closed: DayRange;
  /** Sessions in `closed` of which the market knows why nothing was traded. */
  readonly quiet: readonly QuietSessions[];
  /** Corporate actions that are effective by the exchange's current date. */
  readonly actions: readonly CorporateAction[];
}

/**
 * Reads from a market, but for its rows, what a provider could have served at `request.now`: nothing of the future and no
 * session that is still open. Throws `unknown-ticker`, and `unsupported-interval` where the market has the ticker but not
 * the interval.
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
    const message =
      intervals.length === 0
        ? `${provider} has no bars of ${ticker}`
        : `${provider} has only ${intervals.join(', ')} of ${ticker}, not ${interval}`;
    throw new BackfillError('unsupported-interval', message, { ticker, provider });
  }
  const calendar = calendarById(listing.calendar);
  const closed = partOver(range, calendar, now);
  const today = calendar.localDay(now);
  return {
    listing,
    closed,
    quiet: market.quiet(ticker).flatMap((one) => {
      return intersect([one], [closed]).map((part) => ({ ...one, ...part }));
    }),
    actions: market.actions(ticker).filter(({ exDay }) => exDay <= today),
  };
}
