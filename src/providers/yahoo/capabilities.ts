import type { Capabilities } from '../provider.ts';

const HOUR = 3_600_000;

/**
 * US consolidated volume goes on changing until the end of post-market trading, four hours after the close; the
 * same wait serves the other exchanges.
 */
export const SETTLE_DELAY_MS = 4 * HOUR;

/** A row is a number in each of seven lists, of prices in all their digits, of which days have one more, adjusted. */
const DAYS = { aRequest: 1100, aRow: 112 };
const MINUTES = { aRequest: 1500, aRow: 93 };

const INTRADAY = {
  bytes: MINUTES,
  requestsPerSpan: 1,
  requestsForActions: 1,
  settleDelayMs: SETTLE_DELAY_MS,
};

/**
 * Look-backs and spans as probed on the wire (29 of "30", 59 of "60", 729 of "730" days pass; 1m: 8 days a request,
 * of which one is left free: in autumn eight local days are an hour longer than eight times 24).
 * Intraday needs a daily request beside: only that has all splits up to now. Yahoo publishes no limits; 8 in
 * flight is moderate, 16 is where we stop whatever the user asks for.
 */
export const yahooCapabilities: Capabilities = {
  id: 'yahoo',
  intervals: {
    '1m': { maxSpanDays: 7, lookBackDays: 29, ...INTRADAY },
    '5m': { maxSpanDays: null, lookBackDays: 59, ...INTRADAY },
    '15m': { maxSpanDays: null, lookBackDays: 59, ...INTRADAY },
    '1h': { maxSpanDays: null, lookBackDays: 729, ...INTRADAY },
    '1d': {
      bytes: DAYS,
      maxSpanDays: null,
      lookBackDays: null,
      requestsPerSpan: 1,
      settleDelayMs: SETTLE_DELAY_MS,
    },
  },
  maxInFlight: 16,
  defaultInFlight: 8,
  metered: true,
  quotas: [],
  actions: true,
  notInTickers: { '/': 'a share class is written BRK-B, a pair BTC-USD or EURUSD=X' },
  listsTickers: false,
  discovers: { categories: ['indices'], tellsDelisted: false },
  needsUrl: false,
};
