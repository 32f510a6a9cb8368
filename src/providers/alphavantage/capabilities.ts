import { isPaced } from '../../core/plan/quota.ts';
import type { Capabilities, IntervalCapability, ProviderConfig } from '../provider.ts';
import { tierOf } from './settings.ts';

/** US consolidated volume goes on changing until the end of post-market trading, four hours after the close. */
const SETTLE_DELAY_MS = 4 * 3_600_000;

/** Rows of an answer that is not in full: `outputsize=compact`, and daily bars of crypto, which know no other. */
export const COMPACT_ROWS = 100;
export const CRYPTO_ROWS = 350;

/** SPLITS and DIVIDENDS. */
const REQUESTS_FOR_ACTIONS = 2;

/** The currencies among what crypto is quoted in: its markets are no coins. */
const CURRENCIES = 'USD EUR GBP JPY CAD AUD CHF INR KRW CNY HKD TRY BRL MXN ARS ZAR CZK COP'.split(' ');

/**
 * What a key of a tier can have. Bars of an hour are not offered: theirs begin on the clock hour, those of a New York session
 * at 09:30. Intraday bars come by the month, of shares alone, raw,
 * and so without their splits and dividends.
 */
export function alphavantageCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { quotas, isFull, hasIntraday, asksForActions } = tierOf(config);
  const requestsForActions = asksForActions ? REQUESTS_FOR_ACTIONS : 0;
  const common = { lookBackDays: null, requestsPerSpan: 1, settleDelayMs: SETTLE_DELAY_MS };
  const byMonth: IntervalCapability = {
    ...{ serves: ['us-shares'], maxSpanDays: 31, withinMonth: true },
    ...common,
    requestsForActions,
  };
  return {
    id: 'alphavantage',
    intervals: {
      ...(hasIntraday && { '1m': byMonth, '5m': byMonth, '15m': byMonth }),
      '1d': {
        maxSpanDays: null,
        ...common,
        newestRows: {
          crypto: CRYPTO_ROWS,
          ...(!isFull && { 'us-shares': COMPACT_ROWS, fx: COMPACT_ROWS }),
        },
        requestsForActions: isFull ? 0 : requestsForActions,
      },
    },
    maxInFlight: 8,
    defaultInFlight: 4,
    metered: true,
    // One request brings them all where the tier has daily bars in full, and scripts for it fetch as much.
    usualRange: { years: 2 },
    quotas,
    actions: isFull || asksForActions,
    serves: ['us-shares', 'fx', 'crypto'],
    cryptoQuotes: CURRENCIES,
    notInTickers: { '/': 'a share class is written BRK-B, a pair BTC-USD or EURUSD=X' },
    // Under a quota of the day all that is listed would take years.
    listsTickers: quotas.every(isPaced),
    discovers: { categories: ['us_equities', 'etf'], tellsDelisted: true },
    credentials: { key: 'ALPHAVANTAGE_API_KEY' },
    otherVariables: { ALPHAVANTAGE_API_KEY: ['SA_ALPHA_VANTAGE_API_KEY'] },
    needsUrl: false,
  };
}
