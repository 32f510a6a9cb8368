import type { Capabilities } from '../provider.ts';

const HOUR = 3_600_000;

/**
 * US consolidated volume goes on changing until the end of post-market trading, four hours after the close; the
 * same wait serves the other exchanges.
 */
const SETTLE_DELAY_MS = 4 * HOUR;

/**
 * Look-backs and spans as probed on the wire (29 of "30", 59 of "60", 729 of "730" days pass; 1m: 8 days a request,
 * of which one is left free: in autumn eight local days are an hour longer than eight times 24).
 * Intraday costs a second, daily request: only that has all splits up to now. Yahoo publishes no limits; 8 in
 * flight is moderate, 16 is where we stop whatever the user asks for.
 */
export const yahooCapabilities: Capabilities = {
  id: 'yahoo',
  intervals: {
    '1m': { maxSpanDays: 7, lookBackDays: 29, requestsPerSpan: 2, settleDelayMs: SETTLE_DELAY_MS },
    '5m': { maxSpanDays: null, lookBackDays: 59, requestsPerSpan: 2, settleDelayMs: SETTLE_DELAY_MS },
    '15m': { maxSpanDays: null, lookBackDays: 59, requestsPerSpan: 2, settleDelayMs: SETTLE_DELAY_MS },
    '1h': { maxSpanDays: null, lookBackDays: 729, requestsPerSpan: 2, settleDelayMs: SETTLE_DELAY_MS },
    '1d': { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, settleDelayMs: SETTLE_DELAY_MS },
  },
  maxInFlight: 16,
  defaultInFlight: 8,
  metered: true,
  quotas: [],
  actions: true,
  listsTickers: false,
  needsUrl: false,
};
