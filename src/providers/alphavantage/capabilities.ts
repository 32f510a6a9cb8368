import type { AnswerBytes } from '../../core/plan/answer-bytes.ts';
import { isPaced } from '../../core/plan/quota.ts';
import { parseDay } from '../../core/session/day.ts';
import type { Capabilities, IntervalCapability, ProviderConfig } from '../provider.ts';
import { tierOf } from './settings.ts';

/** US consolidated volume goes on changing until the end of post-market trading, four hours after the close. */
const SETTLE_DELAY_MS = 4 * 3_600_000;

/** Rows of an answer that is not in full: `outputsize=compact`, and daily bars of crypto, which know no other. */
export const COMPACT_ROWS = 100;
export const CRYPTO_ROWS = 350;

/** Sessions up to the day after tomorrow of which 100 rows surely have all: that answer may be shorter by five. */
export const COMPACT_SESSIONS = COMPACT_ROWS - 5;

/** SPLITS and DIVIDENDS. */
const REQUESTS_FOR_ACTIONS = 2;

/** The currencies among what crypto is quoted in: its markets are no coins. */
const CURRENCIES = 'USD EUR GBP JPY CAD AUD CHF INR KRW CNY HKD TRY BRL MXN ARS ZAR CZK COP'.split(' ');

/** A row. Sources: recorded CSV, with 55, 43 and 84; of minutes and adjusted days, rows as they are quoted. */
const ROW = { daily: 56, adjusted: 78, fx: 43, crypto: 84, minutes: 59 } as const;

/** The first month of the monthly bars of IBM, as recorded; those of currencies are taken for as old. */
const FIRST_DAY = parseDay('1999-12-01');

/** What a row has above it; and an answer on an average where two more tell of splits and dividends, of which half the shares pay. */
const [HEADING, WITH_ACTIONS] = [60, 900];

/** Days in full, or the newest. */
function dailyBytes(isFull: boolean, requestsForActions: number): AnswerBytes {
  const all = isFull && { all: { since: FIRST_DAY, beyond: COMPACT_SESSIONS } };
  const aRow = isFull ? ROW.adjusted : ROW.daily;
  return {
    ...{ aRequest: requestsForActions > 0 ? WITH_ACTIONS : HEADING, aRow },
    whole: {
      'us-shares': { aRow, newest: COMPACT_ROWS, ...all },
      fx: { aRow: ROW.fx, newest: COMPACT_ROWS, ...all },
      crypto: { aRow: ROW.crypto, newest: CRYPTO_ROWS },
    },
  };
}

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
    bytes: { aRequest: requestsForActions > 0 ? WITH_ACTIONS : HEADING, aRow: ROW.minutes, whole: 'months' },
  };
  const actionsOfDays = isFull ? 0 : requestsForActions;
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
        requestsForActions: actionsOfDays,
        bytes: dailyBytes(isFull, actionsOfDays),
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
