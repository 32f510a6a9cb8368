import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { BackfillError } from '../../core/errors.ts';
import type { MarketLimits } from '../../core/plan/limits.ts';
import type { Capabilities, IntervalCapability, ProviderConfig } from '../provider.ts';
import { FILE_WHOLE_MS, FIRST_DAY, flatAfterMs, sourceOf, tierOf } from './settings.ts';
import { DAY_BYTES, MARKET_BYTES, MINUTE_BYTES, fileBytes, marketFileBytes, shareFile } from './sizes.ts';
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
  const source = sourceOf(config);
  if (source === 'rest') return restCapabilities(config);
  if (source === 'hybrid') return hybridCapabilities(config);
  return source === 'flat' ? flatCapabilities(config) : tradesCapabilities(config);
}

/** Bars of one ticker, over the API. */
function byTicker(config: Pick<ProviderConfig, 'settings'>): IntervalCapability {
  const { lookBackDays, delayMs } = tierOf(config);
  return {
    ...{ maxSpanDays: null, lookBackDays, since: FIRST_DAY, requestsPerSpan: 1 },
    settleDelayMs: delayMs === 'day' ? DAY_OVER_MS : SETTLE_DELAY_MS,
    requestsForActions: REQUESTS_FOR_ACTIONS,
    paging: { rows: PAGE_ROWS },
    bytes: DAY_BYTES,
  };
}

/** The same of an interval whose pages are counted in minutes. */
function byMinutes(config: Pick<ProviderConfig, 'settings'>): IntervalCapability {
  const minute = intervalMs('1m');
  return {
    ...byTicker(config),
    maxSpanDays: SPAN_DAYS,
    bytes: MINUTE_BYTES,
    paging: {
      rows: PAGE_ROWS,
      rowMs: { exchange: minute, always: minute, currencies: minute },
      extended: EXTENDED,
    },
  };
}

function restCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { quotas, lookBackDays } = tierOf(config);
  const [days, minutes] = [byTicker(config), byMinutes(config)];
  return {
    id: 'polygon',
    intervals: {
      ...{ '1m': minutes, '5m': minutes, '15m': minutes },
      '1h': { ...minutes, bytes: { ...MINUTE_BYTES, rowMs: { exchange: rowMsOf('1h', 'exchange') } } },
      '1d': {
        ...days,
        market: { ...allShares(lookBackDays, days.settleDelayMs), bytes: MARKET_BYTES },
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
    credentialsOfSettings: {
      'source=flat': Object.values(FILE_KEYS),
      'source=hybrid': Object.values(FILE_KEYS),
      'source=trades': Object.values(FILE_KEYS),
    },
    otherVariables: { POLYGON_API_KEY: ['MASSIVE_API_KEY'] },
    needsUrl: false,
  };
}

/** All shares in one session a request, be it of the API or for a file, whose splits and dividends are lists of their own. */
function allShares(lookBackDays: number | null, settleDelayMs: number): MarketLimits {
  return {
    ...{ of: ['us-shares'], lookBackDays, requestsPerSession: 1, settleDelayMs },
    actionPages: PAGES_OF_ACTIONS,
  };
}

/** Requests that tell a ticker's bars of one session: each lies in a file of its own. */
const A_FILE_A_SESSION = {
  rows: 1,
  rowMs: { exchange: 24 * HOUR, always: 24 * HOUR, currencies: 24 * HOUR },
} as const;

/** A file of minutes takes as much memory as all of its bars. */
const FILES_IN_FLIGHT = { maxInFlight: 4, defaultInFlight: 1 } as const;

/**
 * Its files of whole days, one a session and kind of instrument, beside which splits and dividends are asked of the API. Throws
 * `usage` for the plan that has none.
 */
function flatCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { quotas, lookBackDays } = planWithFiles(config);
  const rest = restCapabilities(config);
  const files: IntervalCapability = {
    ...{ maxSpanDays: SPAN_DAYS, lookBackDays, since: FIRST_DAY, settleDelayMs: FILE_WHOLE_MS },
    ...{ requestsPerSpan: 1, paging: A_FILE_A_SESSION, requestsForActions: REQUESTS_FOR_ACTIONS },
  };
  const market = { ...allShares(lookBackDays, FILE_WHOLE_MS), hasAllSeries: true };
  const sized = (of: 'days' | 'minutes'): IntervalCapability => ({
    ...{ ...files, bytes: fileBytes(of), market: { ...market, bytes: marketFileBytes(of) } },
  });
  return {
    ...rest,
    // What a chain of files brings is held until its last one is there, and a month of minutes is one file of the store.
    intervals: { '1m': { ...sized('minutes'), maxSpanDays: 31, withinMonth: true }, '1d': sized('days') },
    ...{ ...FILES_IN_FLIGHT, quotas },
    credentials: { ...rest.credentials, ...FILE_KEYS },
  };
}

/** Minutes of shares alone, made of its files of trades: the rules of other markets are others. */
function tradesCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { intervals, ...flat } = flatCapabilities(config);
  const { market, ...minutes } = intervals['1m'] as IntervalCapability;
  const ofMarket = market && { market: { ...market, bytes: marketFileBytes('trades') } };
  return {
    ...flat,
    intervals: { '1m': { ...minutes, bytes: fileBytes('trades'), ...ofMarket } },
    serves: ['us-shares'],
  };
}

/** The plan of a configuration that asks for files. Throws `usage` for the one that has none. */
function planWithFiles(config: Pick<ProviderConfig, 'settings'>): ReturnType<typeof tierOf> {
  const [plan, source] = [tierOf(config), sourceOf(config)];
  const isWithout = WITHOUT_FILES[source]?.includes(plan.name) === true;
  if (!isWithout) return plan;
  const files = source === 'trades' ? 'flat files of trades' : 'flat files';
  throw new BackfillError(
    'usage',
    `provider polygon: setting source is ${source}, and the plan ${plan.name} has no ${files}; --tier says what the plan is`,
    { scope: 'run' },
  );
}

/** By where bars come from, the plans that have no such files. Source: the vendor's pages of each kind of file, 2026. */
const WITHOUT_FILES: Readonly<Record<string, readonly string[]>> = {
  ...{ flat: ['free'], hybrid: ['free'] },
  trades: ['free', 'starter'],
};

/**
 * Its API for single tickers, however old, and for sessions that are young; its files for whole markets in older ones. Which of
 * them takes fewer requests is the plan's to find. Throws `usage` for the plan that has no files.
 */
function hybridCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { lookBackDays } = planWithFiles(config);
  const rest = restCapabilities(config);
  const afterMs = flatAfterMs(config);
  const market = {
    ...{ ...allShares(lookBackDays, afterMs), bytes: marketFileBytes('minutes') },
    maxInFlight: FILES_IN_FLIGHT.maxInFlight,
  };
  const days = rest.intervals['1d'] as IntervalCapability;
  const ofDays = days.market && {
    market: { ...days.market, bytes: { ...MARKET_BYTES, older: { afterMs, aSession: shareFile('days') } } },
  };
  return {
    ...rest,
    // The API has days of whole markets too: those that are young are asked of it.
    intervals: { ...rest.intervals, '1d': { ...days, ...ofDays }, '1m': { ...byMinutes(config), market } },
    credentials: { ...rest.credentials, ...FILE_KEYS },
  };
}
