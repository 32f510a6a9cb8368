import { join } from 'node:path';
import type { Argv } from 'yargs';
import {
  BackfillError,
  type HistoryOptions,
  INTERVALS,
  type Interval,
  type ProviderConfig,
  type Quota,
  type RangeOptions,
  isInterval,
  parseQuotas,
} from '../index.ts';

/** Options of every command that opens a store. */
export function storeOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('tickers', {
      alias: 't',
      type: 'string',
      describe: 'AAPL,MSFT | @file | portfolio | all | a universe of the store',
    })
    .option('interval', { type: 'string', describe: `Bars, of ${INTERVALS.join(' ')}; several with commas` });
}

/** Options that say which sessions are meant. */
export function rangeOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('days', {
      type: 'string',
      describe: 'The last N sessions of each ticker’s own calendar',
    })
    .option('years', { type: 'string', describe: 'The last N years' })
    .option('start', { type: 'string', describe: 'First session date, YYYY-MM-DD, inclusive' })
    .option('end', { type: 'string', describe: 'Last session date, YYYY-MM-DD, inclusive' });
}

/** Options that say where bars come from. */
export function providerOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('provider', {
      type: 'string',
      default: 'yahoo',
      describe: 'Where bars come from: yahoo, csv, sample',
    })
    .option('provider-url', { type: 'string', array: true, describe: 'NAME=URL: ask there (csv: a folder)' })
    .option('basis', {
      choices: ['raw', 'split-adjusted'] as const,
      describe: 'What the prices of csv files are',
    })
    .option('csv-zone', {
      type: 'string',
      describe: 'Clock of times without an offset in csv files: UTC, a zone, exchange',
    })
    .option('csv-stamps', {
      choices: ['start', 'end'] as const,
      describe: 'What the times of intraday bars in csv files are [default: start]',
    })
    .option('csv-as-of', {
      type: 'string',
      describe: 'Day up to which splits are in split-adjusted prices of csv files, YYYY-MM-DD',
    })
    .option('seed', { type: 'string', describe: 'Seed of the sample market' })
    .option('now', {
      type: 'string',
      describe: 'Pretend that it is this instant (ISO 8601), for simulations',
    });
}

/** Options that say how the provider is asked. */
export function connectionOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('workers', { type: 'string', default: 'auto', describe: 'Worker threads; auto: one a CPU' })
    .option('concurrency', { type: 'string', default: 'auto', describe: 'Fetches in flight a worker' })
    .option('rate-limit', { type: 'string', describe: 'Requests allowed, e.g. 5/min,500/day' })
    .option('timeout', { type: 'string', default: '30s', describe: 'Longest wait for one answer' })
    .option('state', {
      type: 'string',
      describe: 'Folder for the use of quotas [default: ~/.local/state/backfill]',
    });
}

type Values<F extends (yargs: Argv) => Argv<unknown>> = Awaited<ReturnType<F>['argv']>;

/** What the options of store, provider and connection chose. Throws `usage`. */
export function parseConnection(
  argv: Values<typeof storeOptions> & Values<typeof providerOptions> & Values<typeof connectionOptions>,
): HistoryOptions {
  return {
    store: argv.store,
    provider: { ...parseProvider(argv), timeoutMs: parseTimeout(argv.timeout) },
    ...given({ quotas: parseRateLimit(argv.rateLimit), stateFolder: argv.state ?? stateFolder() }),
    workers: parseCount('--workers', argv.workers),
    concurrency: parseCount('--concurrency', argv.concurrency),
    clock: parseClock(argv.now),
  };
}

/** `1d,1h` as intervals. Throws `usage`. */
export function parseIntervals(text: string | undefined): readonly Interval[] | undefined {
  return text?.split(',').map((part) => {
    const interval = part.trim();
    if (isInterval(interval)) return interval;
    throw new BackfillError(
      'usage',
      `--interval ${interval}: there is no such interval; there are ${INTERVALS.join(', ')}`,
    );
  });
}

/** What `providerOptions` chose. Throws `usage`. */
function parseProvider(argv: {
  provider: string;
  providerUrl: string[] | undefined;
  basis: 'raw' | 'split-adjusted' | undefined;
  csvZone: string | undefined;
  csvStamps: 'start' | 'end' | undefined;
  csvAsOf: string | undefined;
  seed: string | undefined;
}): ProviderConfig {
  const { provider: id, basis, csvZone, csvStamps, csvAsOf } = argv;
  const seed = parseWhole('--seed', argv.seed, 0);
  const url = argv.providerUrl?.map(parseProviderUrl).find(([name]) => name === id)?.[1];
  return {
    id,
    ...(url !== undefined && { url }),
    ...(basis !== undefined && { basis }),
    ...(csvZone !== undefined && { csvZone }),
    ...(csvStamps !== undefined && { csvStamps }),
    ...(csvAsOf !== undefined && { csvAsOf }),
    ...(seed !== undefined && { seed }),
  };
}

function parseProviderUrl(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new BackfillError(
    'usage',
    `--provider-url ${text}: write NAME=URL, e.g. yahoo=http://127.0.0.1:8080`,
  );
}

/** A whole number of at least 1, or `auto`. Throws `usage`. */
function parseCount(name: string, text: string): number | 'auto' {
  if (text === 'auto') return text;
  const count = wholeNumber(text);
  if (count !== undefined && count >= 1) return count;
  throw new BackfillError('usage', `${name} ${text}: must be "auto" or a whole number above 0`);
}

/** A whole number of at least `least`, if one was given. Throws `usage`. */
export function parseWhole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const count = wholeNumber(text);
  if (count !== undefined && count >= least) return count;
  throw new BackfillError('usage', `${name} ${text}: must be a whole number of at least ${least}`);
}

function wholeNumber(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What `rangeOptions` chose, without what was not given. Throws `usage`. */
export function parseRangeOptions(argv: {
  days: string | undefined;
  years: string | undefined;
  start: string | undefined;
  end: string | undefined;
}): RangeOptions {
  const days = parseWhole('--days', argv.days, 1);
  const years = parseWhole('--years', argv.years, 1);
  return given({ days, years, start: argv.start, end: argv.end });
}

/** `250ms`, `30s`, `2min` or a bare number of ms, as ms. Throws `usage`. */
export function parseDuration(name: string, text: string): number {
  const [, count, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|min)?$/.exec(text) ?? [];
  if (count === undefined)
    throw new BackfillError('usage', `${name} ${text}: write it as 250ms, 30s or 2min`);
  return Number(count) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
}

function parseTimeout(text: string): number {
  const timeoutMs = parseDuration('--timeout', text);
  if (timeoutMs > 0) return timeoutMs;
  throw new BackfillError('usage', `--timeout ${text}: no answer comes in no time; the default is 30s`);
}

/** `5/min,500/day` as quotas. Throws `usage`. */
function parseRateLimit(text: string | undefined): readonly Quota[] | undefined {
  if (text === undefined) return undefined;
  try {
    return parseQuotas(text);
  } catch (error) {
    throw new BackfillError('usage', `--rate-limit ${(error as Error).message}`, { cause: error });
  }
}

/** Where the XDG base directories want the program's state, if the user has moved them. */
function stateFolder(): string | undefined {
  const base = process.env['XDG_STATE_HOME'];
  return base === undefined || base === '' ? undefined : join(base, 'backfill');
}

const LATEST_NOW = Date.UTC(2100, 0, 1);

/** A clock that starts at `--now`, or the system's. Throws `usage`. */
export function parseClock(now: string | undefined): () => number {
  if (now === undefined) return Date.now;
  const instant = Date.parse(now);
  if (Number.isNaN(instant)) {
    throw new BackfillError('usage', `--now ${now}: is no instant; write it as 2026-11-20T22:00:00Z`);
  }
  if (instant < 0 || instant >= LATEST_NOW)
    throw new BackfillError('usage', `--now ${now}: must lie between 1970 and 2100`);
  const ahead = instant - Date.now();
  return () => Date.now() + ahead;
}

/** Drops options that were not given, so that defaults apply. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
