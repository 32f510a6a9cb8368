import { parseDay } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Capabilities, IntervalCapability, ProviderConfig } from '../provider.ts';
import { alpacaSettings } from './settings.ts';

const HOUR = 3_600_000;

/** Volume goes on changing until the end of post-market trading, four hours after the close. */
const SETTLE_DELAY_MS = 4 * HOUR;

/** Rows that one page brings at most, of all its symbols together. */
export const PAGE_ROWS = 10_000;

/**
 * Symbols that a request may list. Alpaca states no limit but what an address may hold: servers and what stands before them
 * commonly take 8,000 signs or less of one, and 2,000 pass everywhere. A symbol takes 14 at most, in escaped form with its
 * comma: `ABCDE.WS.A%2C`, `SHIB%2FUSDC%2C`.
 */
const MOST_SYMBOLS = Math.floor(2000 / 14);

/** Rows of all series of a request together: they are held until its last page is there. */
const MOST_ROWS = 2 ** 19;

/** Minutes of a session. */
const SESSION_MINUTES = 390;

/** Series of which one session fills a page. Of more, each session would take a second page that is mostly empty. */
function seriesAPage(interval: Interval): number {
  return Math.floor((PAGE_ROWS * intervalMs(interval)) / (SESSION_MINUTES * intervalMs('1m')));
}

/** Bars of a list of shares over several sessions come with those of extended hours: so many times as many rows. */
const EXTENDED = 2.35;

/**
 * What rows bars are joined of where Alpaca's own lie on another grid: its hours of shares begin on the clock hour instead
 * of the open at 09:30, and its days of crypto at midnight in Chicago instead of UTC.
 */
const ROW_MS: Readonly<Partial<Record<Interval, NonNullable<IntervalCapability['paging']>['rowMs']>>> = {
  '1h': { exchange: HOUR / 2 },
  '1d': { always: HOUR },
};

/**
 * Days of one request: of the finer intervals as many as a list of which each session fills a page may have, of the others as
 * many as one series fills a page with.
 */
const SPAN_DAYS = { '1m': 14, '5m': 14, '15m': 229, '1h': 365 } as const;

/**
 * Alpaca's market data: lists of symbols, in pages. Probed limits: 200 requests a minute on the free plan, 10,000 on Algo
 * Trader Plus; bars of all exchanges since 2016. Splits and dividends are an endpoint of their own.
 */
export function alpacaCapabilities(config: Pick<ProviderConfig, 'settings'>): Capabilities {
  const { plan } = alpacaSettings(config);
  return {
    id: 'alpaca',
    intervals: {
      '1m': intradayOf('1m'),
      '5m': intradayOf('5m'),
      '15m': intradayOf('15m'),
      '1h': intradayOf('1h'),
      '1d': intervalOf('1d'),
    },
    maxInFlight: 16,
    defaultInFlight: 8,
    metered: true,
    quotas: [{ requests: plan === 'free' ? 200 : 10_000, perMs: 60_000 }],
    actions: true,
    serves: ['us-shares', 'crypto'],
    notInTickers: { '/': 'a share class is written BRK-B, a pair BTC-USD' },
    listsTickers: true,
    discovers: { categories: ['us_equities', 'otc', 'crypto'], tellsDelisted: false },
    credentials: { keyId: 'APCA_API_KEY_ID', secretKey: 'APCA_API_SECRET_KEY' },
    needsUrl: false,
  };
}

/** A row is eight values by name; those of less than a day are shorter numbers. */
const [DAY_BYTES, MINUTE_BYTES] = [110, 100];

function intervalOf(interval: Interval): IntervalCapability {
  const rowMs = ROW_MS[interval];
  return {
    maxSpanDays: null,
    lookBackDays: null,
    since: parseDay('2016-01-01'),
    requestsPerSpan: 1,
    requestsForActions: 1,
    settleDelayMs: SETTLE_DELAY_MS,
    mostSeries: MOST_SYMBOLS,
    mostRows: MOST_ROWS,
    paging: { rows: PAGE_ROWS, ...(rowMs && { rowMs }) },
    bytes: { aRequest: 60, aRow: interval === '1d' ? DAY_BYTES : MINUTE_BYTES, ...(rowMs && { rowMs }) },
  };
}

function intradayOf(interval: keyof typeof SPAN_DAYS): IntervalCapability {
  const { paging, ...common } = intervalOf(interval);
  return {
    ...common,
    maxSpanDays: SPAN_DAYS[interval],
    mostSeries: Math.min(MOST_SYMBOLS, seriesAPage(interval)),
    paging: { rows: PAGE_ROWS, ...paging, extended: EXTENDED },
  };
}
