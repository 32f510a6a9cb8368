import type { Interval } from '../../core/session/interval.ts';
import { offlineCapabilities, PIECE_ROWS } from '../offline/capabilities.ts';
import type { Capabilities, IntervalCapability, MarketCapability, ProviderConfig } from '../provider.ts';

export const sampleCapabilities: Capabilities = {
  ...offlineCapabilities('sample', false),
  discovers: { categories: ['us_equities', 'etf', 'crypto', 'fx'], tellsDelisted: true },
};

/** What one request of a list takes. */
const MOST_SERIES = 100;

/** Rows of all of them together: an answer is held whole until its last page is there. */
const LIST_ROWS = 8 * PIECE_ROWS;

/** Two years of whole markets. */
const DAILY_MARKET: MarketCapability = { lookBackDays: 731, requestsPerSession: 1, settleDelayMs: 0 };

/**
 * The same market behind a URL: lists, whole markets of daily bars, actions apart from the others, pages and the manners of
 * a network.
 */
export const servedSampleCapabilities: Capabilities = {
  ...sampleCapabilities,
  intervals: listed(sampleCapabilities.intervals),
  maxInFlight: 16,
  metered: true,
};

function listed(intervals: Capabilities['intervals']): Capabilities['intervals'] {
  const entries = Object.entries(intervals) as [Interval, IntervalCapability][];
  return Object.fromEntries(
    entries.map(([interval, limits]) => [
      interval,
      {
        ...limits,
        mostSeries: MOST_SERIES,
        mostRows: LIST_ROWS,
        ...(interval === '1d' ? { market: DAILY_MARKET } : { requestsForActions: 1 }),
      },
    ]),
  );
}

export function sampleCapabilitiesOf({ url }: ProviderConfig): Capabilities {
  return url === undefined ? sampleCapabilities : servedSampleCapabilities;
}
