import type { Series } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { Interval } from '../../../core/session/interval.ts';

/**
 * Where things lie below the root of a store. Paths are relative, with `/`.
 *
 *     bars/interval=1d/ticker=AAPL/period=all/bars.parquet
 *     revisions/interval=1d/ticker=AAPL/period=all/revisions.parquet
 *     actions/ticker=AAPL/actions.parquet
 *     staging/1d_2024-01-02_SOURCE_TIME.slice   (see `codec/slice-file.ts`)
 *     renames.json   portfolio.txt   universes/NAME.json   runs/ID.{json,filling}   runs/DIGEST.begun   quarantine/...
 *     quota/OWNER/PROCESS.json   handed-over/RUN.json   recorded/NAME.json
 *     damaged/...   .lock   scan.cache   copying.json
 */

/** One Parquet file of bars, and perhaps one of their revisions: a series in a period (see `core/bars/partition.ts`). */
export interface Partition {
  readonly series: Series;
  readonly period: string;
}

/** The one partition of a ticker's daily bars. */
export function dailyOf(ticker: string): Partition {
  return { series: { ticker, interval: '1d' }, period: 'all' };
}

export const BARS = 'bars';
export const REVISIONS = 'revisions';
export const ACTIONS = 'actions';
export const RUNS = 'runs';
export const UNIVERSES = 'universes';
/** What processes have reserved of quotas, see `beside/quota-journal.ts`. */
export const QUOTA = 'quota';
/** What runs were asked that wait for whoever plans them, see `beside/handed-over.ts`. */
export const HANDED_OVER = 'handed-over';
/** Live bars as they were emitted, see `beside/live-record.ts`. */
export const LIVE_RECORD = 'recorded';
export const PORTFOLIO_FILE = 'portfolio.txt';
/** Answers for whole markets that no series has taken in yet. */
export const STAGING = 'staging';
export const QUARANTINE = 'quarantine';
/** Rejected rows, by interval and ticker. */
export const REJECTED = `${QUARANTINE}/rows`;
/** What was forgotten, a small store for each time, with a `forgotten.json` that says what it is. */
export const FORGOTTEN = `${QUARANTINE}/forgotten`;
/** What readings found damaged and what is gone, see `damage-notes.ts`, and what we took away, see `taken-away.ts`. */
export const DAMAGED = 'damaged';
export const RENAMES_FILE = 'renames.json';
/** Says of which store this is going to be a copy, until all of it is here. */
export const COPYING_FILE = 'copying.json';
export const LOCK_FILE = '.lock';
/** What the lock file says once its holder has let go of it: whoever takes the lock next has nobody's litter to sweep. */
export const RELEASED = 'released\n';
/** The same of a lease in a bucket that was not let go of in good order. */
export const RELEASED_UNTIDY = 'released untidy\n';
/** Names of the temp files of commits, `.bars.PID-THREAD-COUNT.tmp`: no `*.parquet` or `*.json` glob matches them. */
export const TEMP_NAME = /^\.[\w-]+\.(?<pid>\d+)-\d+-\d+\.tmp$/;
/** What the last run knew of the files, see `scan-cache.ts`; its name is in nobody's globs. */
export const SCAN_CACHE = 'scan.cache';

/** What only a store has at its top. A folder is one as soon as something was stored, or tried. */
export const OWN_NAMES: ReadonlySet<string> = new Set([
  ...[BARS, ACTIONS, REVISIONS, RUNS, QUARANTINE, UNIVERSES, LIVE_RECORD, RENAMES_FILE, LOCK_FILE],
]);

/** Names that Windows gives to devices, with any extension, and `NULL`, which DuckDB reads as SQL's. */
const RESERVED = /^(con|prn|aux|nul|null|com\d|lpt\d)(\.|$)/i;

/** Leaves room for `ticker=` in the 255 bytes that file systems allow a name. */
const LONGEST = 200;

/**
 * A value as one path segment, percent-encoded from UTF-8: what DuckDB, Spark and pyarrow decode to the same text,
 * and what no file system takes for a path, a device or a hidden file. Letters, digits, `.`, `_` and `-` stay.
 * Throws `invalid-ticker` for a value that is empty or too long.
 */
export function encodeValue(value: string): string {
  let encoded = '';
  for (const char of value) encoded += /[\w.-]/.test(char) ? char : percent(char);
  if (RESERVED.test(encoded) || encoded.startsWith('.'))
    encoded = percent(encoded.charAt(0)) + encoded.slice(1);
  if (encoded.endsWith('.')) encoded = `${encoded.slice(0, -1)}%2E`;
  if (encoded === '' || encoded.length > LONGEST) {
    throw new BackfillError('invalid-ticker', `"${value}" cannot be stored: it is empty or too long`);
  }
  return encoded;
}

/** The value of a path segment; undefined if `encodeValue` would not have written it so. */
export function decodeValue(segment: string): string | undefined {
  try {
    const value = decodeURIComponent(segment);
    return encodeValue(value) === segment ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value of `key` in a Hive-style segment `key=value`; undefined if it is none of ours. */
export function hiveValue(segment: string, key: string): string | undefined {
  return segment.startsWith(`${key}=`) ? decodeValue(segment.slice(key.length + 1)) : undefined;
}

/** A folder below which things lie by interval and ticker. */
export type SeriesTree = typeof BARS | typeof REVISIONS | typeof REJECTED;

export function intervalPath(tree: SeriesTree, interval: Interval): string {
  return `${tree}/interval=${interval}`;
}

export function seriesPath(tree: SeriesTree, series: Series): string {
  return `${intervalPath(tree, series.interval)}/ticker=${encodeValue(series.ticker)}`;
}

export function barsPath({ series, period }: Partition): string {
  return `${seriesPath(BARS, series)}/period=${period}/bars.parquet`;
}

export function revisionsPath({ series, period }: Partition): string {
  return `${seriesPath(REVISIONS, series)}/period=${period}/revisions.parquet`;
}

export function actionsPath(ticker: string): string {
  return `${ACTIONS}/ticker=${encodeValue(ticker)}/actions.parquet`;
}

export function universePath(name: string): string {
  return `${UNIVERSES}/${encodeValue(name)}.json`;
}

/** Whether a path relative to the root lies below the folder of a ticker: what is wrong there is wrong with one series. */
export function isOfTicker(path: string): boolean {
  return /(^|[/\\])ticker=/.test(path);
}

/** Whether a text names a period of an interval: `all`, `2026` or `2026-11`. */
export function isPeriod(interval: Interval, text: string): boolean {
  if (interval === '1d') return text === 'all';
  return (interval === '1m' ? /^\d{4}-(0[1-9]|1[0-2])$/ : /^\d{4}$/).test(text);
}

/** An instant (ms since the epoch) for a file name, to the second: `20261120T211500Z`. */
export function timeStamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function percent(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
