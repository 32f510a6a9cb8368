import type { MonthlyArchive } from '../../core/plan/archive.ts';
import { MS_PER_DAY, parseDay } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Capabilities, IntervalCapability } from '../provider.ts';
import { QUOTES } from './symbols.ts';

/** Klines that a request brings at most. */
export const ROWS_A_PAGE = 1000;

/** Weight that an address may use a minute, and that of a request for klines. */
const WEIGHT_A_MINUTE = 6000;
const WEIGHT_OF_KLINES = 2;

/** Klines of a day, which has no pause. */
export function rowsADay(interval: Interval): number {
  return MS_PER_DAY / intervalMs(interval);
}

/** The first pairs traded then, and the archive begins with them. Source: its listing of 2025. */
const FIRST_DAY = parseDay('2017-07-14');

/** A bar is final at its close; a minute makes up for clocks that differ. */
const ALL_OF_IT = { lookBackDays: null, since: FIRST_DAY, settleDelayMs: 60_000 } as const;

/** A row is twelve numbers, most with eight decimals. Source: recorded klines of days and hours, which take 174 to 181 each. */
const BYTES = { aRequest: 2, aRow: 175 } as const;

/** The same in a file, zipped. Source: BTCUSDT-1m-2026-08.zip of the archive, which has 2,084,946 bytes and 44,640 rows. */
const ZIPPED_ROW = 47;

/** A file costs its `.CHECKSUM` and itself. Source: the README of binance-public-data. */
export const ARCHIVE: MonthlyArchive = {
  ...{ requestsPerFile: 2, rowsPerPage: ROWS_A_PAGE, bytesARow: ZIPPED_ROW },
  ...{ since: FIRST_DAY, published: 'after-first-monday' },
};

/** By the month, as the archive's files are: one takes the place of 45 pages of 1m, 9 of 5m, 3 of 15m. */
const BY_MONTH: IntervalCapability = {
  ...{ ...ALL_OF_IT, maxSpanDays: 31, withinMonth: true },
  ...{ requestsPerSpan: 1, archive: ARCHIVE, bytes: BYTES },
};

function aPage(interval: Interval): IntervalCapability {
  const maxSpanDays = Math.floor(ROWS_A_PAGE / rowsADay(interval));
  return { ...ALL_OF_IT, maxSpanDays, requestsPerSpan: 1, paging: { rows: ROWS_A_PAGE }, bytes: BYTES };
}

/** Spot prices, as traded. Limits as exchangeInfo had them in 2025: by weight, for each address; the archive has none. */
export const binanceCapabilities: Capabilities = {
  id: 'binance',
  intervals: { '1m': BY_MONTH, '5m': BY_MONTH, '15m': BY_MONTH, '1h': aPage('1h'), '1d': aPage('1d') },
  maxInFlight: 32,
  defaultInFlight: 8,
  metered: true,
  quotas: [{ requests: WEIGHT_A_MINUTE / WEIGHT_OF_KLINES, perMs: 60_000 }],
  usage: {
    header: 'x-mbx-used-weight-1m',
    perMs: 60_000,
    limit: WEIGHT_A_MINUTE,
    aRequest: WEIGHT_OF_KLINES,
  },
  actions: false,
  serves: ['crypto'],
  cryptoQuotes: QUOTES,
  listsTickers: true,
  discovers: { categories: ['crypto'], tellsDelisted: false },
  needsUrl: false,
};
