import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Capabilities, IntervalCapability, ProviderConfig } from '../provider.ts';
import { FIRST_DAY, sourceOf, tierOf } from './settings.ts';
import { QUOTES } from './symbols.ts';

const HOUR = 3_600_000;

/** Volume goes on changing until the end of post-market trading, four hours after the close. */
const SETTLE_DELAY_MS = 4 * HOUR;

/** A free key gets nothing of a day before it is over in New York: eleven hours after an early close. */
const DAY_OVER_MS = 11 * HOUR;

/** Base bars of a page: minutes, of whatever number a bar is made, or days. */
export const PAGE_ROWS = 50_000;

/** Trading goes on from 04:00 to 20:00, and so do the bars of shares: so many times as many as those of a session. */
const EXTENDED = 960 / 390;

/** Days of one request of intraday bars, which are held until its last page is there. */
const SPAN_DAYS = 365;

/** The keys that requests for files are signed with. */
const FILE_KEYS = { accessKey: 'POLYGON_S3_ACCESS_KEY', secretKey: 'POLYGON_S3_SECRET_KEY' } as const;

/** The splits, and the dividends. */
const REQUESTS_FOR_ACTIONS = 2;

/**
 * Pages that they fill in a year, of a thousand each: some 11,000 shares and funds are listed, of which fewer than one in six is
 * split; of more than half, which pay by the quarter or by the month, there are about 45,000 dividends. An estimate.
 */
const PAGES_OF_ACTIONS = [2, 45];

/**
 * What bars of an hour are made of where sessions begin at half past: its hours begin on the clock hour. In ms.
 */
export function rowMsOf(interval: Interval, kind: string): number {
  return interval === '1h' && kind === 'exchange' ? HOUR / 2 : intervalMs(interval);
}

/**
 * Polygon, which calls itself Massive now. One ticker a request, or all shares in one session. What a key reaches is its plan's;
 * splits and dividends are endpoints of their own.
 */
export function polygonCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  return sourceOf(config) === 'flat' ? flatCapabilities(config) : restCapabilities(config);
}

function restCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { quotas, lookBackDays, delayMs } = tierOf(config);
  const settleDelayMs = delayMs === 'day' ? DAY_OVER_MS : SETTLE_DELAY_MS;
  const common: IntervalCapability = {
    ...{ maxSpanDays: null, lookBackDays, since: FIRST_DAY, settleDelayMs },
    ...{ requestsPerSpan: 1, requestsForActions: REQUESTS_FOR_ACTIONS },
  };
  const minute = intervalMs('1m');
  const byMinutes: IntervalCapability = {
    ...common,
    maxSpanDays: SPAN_DAYS,
    paging: {
      rows: PAGE_ROWS,
      rowMs: { exchange: minute, always: minute, currencies: minute },
      extended: EXTENDED,
    },
  };
  return {
    id: 'polygon',
    intervals: {
      ...{ '1m': byMinutes, '5m': byMinutes, '15m': byMinutes, '1h': byMinutes },
      '1d': {
        ...common,
        market: {
          ...{ of: ['us-shares'], lookBackDays, requestsPerSession: 1, settleDelayMs },
          actionPages: PAGES_OF_ACTIONS,
        },
      },
    },
    maxInFlight: 16,
    defaultInFlight: 8,
    metered: true,
    quotas,
    actions: true,
    serves: ['us-shares', 'crypto', 'fx', 'indices', 'options'],
    cryptoQuotes: QUOTES,
    notInTickers: { '/': 'a share class is written BRK-B, a pair BTC-USD or EURUSD=X' },
    listsTickers: false,
    discovers: {
      categories: ['us_equities', 'etf', 'crypto', 'fx', 'options', 'indices', 'otc'],
      tellsDelisted: true,
    },
    credentials: { key: 'POLYGON_API_KEY' },
    credentialsOfSettings: { 'source=flat': Object.values(FILE_KEYS) },
    otherVariables: { POLYGON_API_KEY: ['MASSIVE_API_KEY'] },
    needsUrl: false,
  };
}

/** A file is whole at 11:00 in New York on the next day: twenty-two hours after an early close. */
const FILE_WHOLE_MS = 22 * HOUR;

/** Requests that tell a ticker's bars of one session: each lies in a file of its own. */
const A_FILE_A_SESSION = {
  rows: 1,
  rowMs: { exchange: 24 * HOUR, always: 24 * HOUR, currencies: 24 * HOUR },
} as const;

/**
 * Its files of whole days, one a session and kind of instrument, beside which splits and dividends are asked of the API. Throws
 * `usage` for the plan that has none.
 */
function flatCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { name, quotas, lookBackDays } = tierOf(config);
  const rest = restCapabilities(config);
  if (name === 'free')
    throw new BackfillError(
      'usage',
      'provider polygon: setting source is flat, and the plan free has no flat files; --tier says what the plan is',
      { scope: 'run' },
    );
  const files: IntervalCapability = {
    ...{ maxSpanDays: SPAN_DAYS, lookBackDays, since: FIRST_DAY, settleDelayMs: FILE_WHOLE_MS },
    ...{ requestsPerSpan: 1, paging: A_FILE_A_SESSION, requestsForActions: REQUESTS_FOR_ACTIONS },
    market: {
      ...{ of: ['us-shares'], lookBackDays, requestsPerSession: 1, settleDelayMs: FILE_WHOLE_MS },
      actionPages: PAGES_OF_ACTIONS,
    },
  };
  return {
    ...rest,
    // What a chain of files brings is held until its last one is there, and a month of minutes is one file of the store.
    intervals: { '1m': { ...files, maxSpanDays: 31, withinMonth: true }, '1d': files },
    // A file of minutes takes as much memory as all of its bars.
    ...{ maxInFlight: 4, defaultInFlight: 1, quotas },
    credentials: { ...rest.credentials, ...FILE_KEYS },
  };
}
