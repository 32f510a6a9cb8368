import { gzipSync } from 'node:zlib';
import type { Ohlcv } from '../../core/bars/bars.ts';
import { type Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, formatDay, parseDay, utcDayOf } from '../../core/session/day.ts';
import type { Listing, Market } from '../../market/market.ts';
import { clockRows } from '../clock-rows.ts';
import { type Bucket, type StoredObject } from '../s3/bucket.ts';
import { FLAT_KEYS, daysOf, flatPlanOf } from './keys.ts';
import { type MarketName, marketNameOf, symbolIn } from './symbols.ts';
import { HEADING_OF_TRADES, tradesOf } from './trades.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** What lies in a folder. */
interface Folder {
  readonly of: MarketName;
  readonly calendar: string;
  /** At whose midnight its days begin. */
  readonly zone: Zone;
}

const NEW_YORK = new Zone('America/New_York');
const UTC = new Zone('UTC');

const FOLDERS: Readonly<Record<string, Folder>> = {
  global_crypto: { of: 'crypto', calendar: '24-7', zone: UTC },
  global_forex: { of: 'fx', calendar: '24-5-FX', zone: UTC },
  us_indices: { of: 'indices', calendar: 'XNYS', zone: new Zone('America/Chicago') },
  us_options_opra: { of: 'options', calendar: 'XNYS', zone: NEW_YORK },
  us_stocks_sip: { of: 'stocks', calendar: 'XNYS', zone: NEW_YORK },
};

const TRADES = 'trades_v1';

const TABLES: Readonly<Record<string, number>> = {
  ...{ day_aggs_v1: DAY, minute_aggs_v1: MINUTE },
  [TRADES]: MINUTE,
};

/** Whether a folder has such a table: of trades only those of shares are served. */
function hasTable(folder: string, table: string): boolean {
  return table in TABLES && (table !== TRADES || folder === 'us_stocks_sip');
}

/** First day of each folder. */
const FIRST_DAY = parseDay('2003-09-10');

/** A file appears when its day is over in New York, and is replaced by its last edition in the morning after. */
const REPLACED_AT_MINUTES = 11 * 60;

const KEY = /^(\w+)\/(\w+)\/(\d{4})\/(\d\d)\/((\d{4})-(\d\d)-\d\d)\.csv\.gz$/;

/** What a key names. */
interface Named {
  readonly folder: Folder;
  readonly lengthMs: number;
  /** Whether it has the trades of which bars are made. */
  readonly isOfTrades: boolean;
  readonly day: Day;
}

/** The interval of a file, and its date in place of a ticker. */
export function askedFile(path: string): { readonly symbol: string; readonly interval: string } | undefined {
  const [, , table = '', , , date] = KEY.exec(path.slice(BUCKET.length + 2)) ?? [];
  if (date === undefined || !path.startsWith(`/${BUCKET}/`)) return undefined;
  return { symbol: date, interval: table.startsWith('day') ? '1d' : '1m' };
}

const BUCKET = 'flatfiles';

/** The files of a market at a moment, by keys of their own. A plan gets those of its years, and may list all. */
export function flatBucket(market: Market, now: number): Bucket {
  return {
    name: BUCKET,
    secretOf: (accessKey) => Object.values(FLAT_KEYS).find((keys) => keys.accessKey === accessKey)?.secretKey,
    keysWith: (prefix) => keysWith(prefix, now),
    read: (key) => {
      const named = namedBy(key);
      return named && fileOf(named, market, now);
    },
    isOpen: (key, accessKey) => {
      const [plan, named] = [flatPlanOf(accessKey), namedBy(key)];
      if (plan === null || named === undefined || (named.isOfTrades && !plan.hasTrades)) return false;
      return named.day >= daysOf(plan, now).first;
    },
  };
}

function namedBy(key: string): Named | undefined {
  const [, name = '', table = '', year, month, date = '', ofDate, ofMonth] = KEY.exec(key) ?? [];
  const [folder, lengthMs] = [FOLDERS[name], hasTable(name, table) ? TABLES[table] : undefined];
  if (folder === undefined || lengthMs === undefined || year !== ofDate || month !== ofMonth)
    return undefined;
  try {
    return { folder, lengthMs, isOfTrades: table === TRADES, day: parseDay(date) };
  } catch {
    return undefined;
  }
}

function* keysWith(prefix: string, now: number): Iterable<string> {
  for (const [name, { calendar }] of Object.entries(FOLDERS))
    for (const table of Object.keys(TABLES)) {
      if (!hasTable(name, table)) continue;
      const folder = `${name}/${table}/`;
      if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) continue;
      for (const day of calendarById(calendar).sessions({ from: FIRST_DAY, to: lastDay(now) + 1 })) {
        const date = formatDay(day);
        const key = `${folder}${date.slice(0, 4)}/${date.slice(5, 7)}/${date}.csv.gz`;
        if (key.startsWith(prefix)) yield key;
      }
    }
}

/** The last day that is over in New York. */
function lastDay(now: number): Day {
  return NEW_YORK.localDay(now) - 1;
}

const HEADING = 'ticker,volume,open,close,high,low,window_start,transactions';
const HEADING_OF_INDICES = 'ticker,open,close,high,low,window_start';

/** A file; undefined of a day that is no session, is not over, or has no row. */
function fileOf(
  { folder, lengthMs, isOfTrades, day }: Named,
  market: Market,
  now: number,
): StoredObject | undefined {
  const calendar = calendarById(folder.calendar);
  if (day < FIRST_DAY || day > lastDay(now) || !calendar.isSession(day)) return undefined;
  const isIndex = folder.of === 'indices';
  const lines = market
    .tickers()
    .flatMap((ticker) => {
      const listing = market.listing(ticker);
      return listing !== undefined && marketNameOf(listing) === folder.of ? [listing] : [];
    })
    .map((listing) => ({ symbol: symbolIn(listing.ticker), listing }))
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
    .flatMap(({ symbol, listing }) =>
      rowsOf(listing, lengthMs, day, calendar, market, now).flatMap((row) => {
        if (isOfTrades) return tradesOf(symbol, row);
        return [isIndex ? lineOfIndex(symbol, row, stampOf(row)) : lineOf(symbol, row, stampOf(row))];
      }),
    );
  function stampOf({ ts }: Ohlcv): number {
    return lengthMs === DAY ? folder.zone.instantOf(day, 0) : ts;
  }
  if (lines.length === 0) return undefined;
  const replacedAt = NEW_YORK.instantOf(day + 1, REPLACED_AT_MINUTES);
  const isLast = now >= replacedAt;
  const heading = isOfTrades ? HEADING_OF_TRADES : isIndex ? HEADING_OF_INDICES : HEADING;
  const csv = `${[heading, ...lines].join('\n')}\n`;
  return {
    // Of the same rows, so that whoever asks gets the truth; the bytes are others.
    bytes: gzipSync(csv, { level: isLast && !isOfTrades ? 6 : 1 }),
    modified: isLast ? replacedAt : NEW_YORK.instantOf(day + 1, 0),
    rows: lines.length,
  };
}

function rowsOf(
  listing: Listing,
  lengthMs: number,
  day: Day,
  { kind }: Calendar,
  market: Market,
  now: number,
): readonly Ohlcv[] {
  const isSplit = kind === 'currencies' && lengthMs === MINUTE;
  const rows = clockRows(listing, lengthMs, { from: day, to: day + (isSplit ? 2 : 1) }, market, now);
  return isSplit ? rows.filter(({ ts }) => utcDayOf(ts) === day) : rows;
}

function lineOf(symbol: string, { open, high, low, close, volume, trades }: Ohlcv, ts: number): string {
  return [symbol, volume, open, close, high, low, inNs(ts), trades ?? ''].join(',');
}

function lineOfIndex(symbol: string, { open, high, low, close }: Ohlcv, ts: number): string {
  return [symbol, open, close, high, low, inNs(ts)].join(',');
}

function inNs(ts: number): string {
  return `${ts}000000`;
}
