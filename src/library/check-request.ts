import { parseDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import type { Series } from '../core/bars/bars.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import { isQuota } from '../core/plan/quota.ts';
import { INTERVALS, type Interval, isInterval } from '../core/session/interval.ts';
import { parseAsOf } from './as-of.ts';
import { BAR_COLUMNS } from './bar-batch.ts';
import type { HistoryOptions, ReaderOptions } from './history.ts';
import type { ReadOptions } from './read-options.ts';

/** What callers give, as JavaScript may give it. */
type Given = object | undefined;

/**
 * Throws `usage`, `invalid-date` or `unsupported-interval`, naming the option and its value, for what no request can
 * mean: an empty list, a number that is none, dates in the wrong order. What contradicts what is there is found later.
 */
export function checkRequest(request: Given): void {
  if (!isObject(request)) throw bad('the request', request, 'must be an object such as { tickers, days }');
  const { tickers, intervals, interval, days, years, start, end, asOf, sample, seed } = request as Record<
    string,
    unknown
  >;
  if (tickers !== undefined) checkTickers(tickers);
  if (intervals !== undefined) checkIntervals(intervals);
  if (interval !== undefined) checkInterval('interval', interval);
  checkCount('days', days);
  checkCount('years', years);
  checkDates(start, end);
  checkDate('asOf', asOf);
  if (sample !== undefined && !(typeof sample === 'number' && sample > 0 && sample <= 1))
    throw bad('sample', sample, 'must be a part above 0 and at most 1, such as 0.01');
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw bad('seed', seed, 'must be a whole number');
}

/** The request, once it is checked. */
export function checked<R extends object>(request: R): R {
  checkRequest(request);
  return request;
}

/** What a read is of, once it is checked: throws as `checkRequest` does, and for columns and requirements that there are not. */
export function checkedRead<R extends ReadOptions & { readonly columns?: readonly string[] }>(options: R): R {
  if (!isObject(options)) throw bad('the options', options, "must be an object such as { adjust: 'all' }");
  const { asOf, require, columns, ...request } = options;
  checkRequest(request);
  if (asOf !== undefined) parseAsOf(asOf);
  if (require !== undefined && require !== 'complete') throw bad('require', require, 'must be "complete"');
  if (columns !== undefined && !Array.isArray(columns))
    throw bad('columns', columns, "must be a list such as ['close', 'volume']");
  for (const column of columns ?? [])
    if (!(BAR_COLUMNS as readonly string[]).includes(column))
      throw bad('columns', column, `there is no such column; there are ${BAR_COLUMNS.join(', ')}`);
  return options;
}

/** Throws `invalid-ticker` and `unsupported-interval`. */
export function canonical({ ticker, interval }: Series): Series {
  if (typeof (ticker as unknown) !== 'string' || ticker.trim() === '')
    throw bad('ticker', ticker, 'must be a text such as "AAPL"');
  checkInterval('interval', interval);
  return { ticker: parseTicker(ticker), interval };
}

/** Throws `usage` for tickers that name nobody: an order to forget must not mean all by accident. */
export function checkTickers(tickers: unknown): void {
  const shape = 'must be a text such as "AAPL,MSFT", or a list of tickers';
  const list = isUniverse(tickers) ? tickers.tickers : tickers;
  const names: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (!names.every((name) => typeof name === 'string')) throw bad('tickers', tickers, shape);
  if (names.length === 0 || names.some((name) => name.trim() === ''))
    throw bad('tickers', tickers, 'names no ticker; name at least one');
}

function isUniverse(tickers: unknown): tickers is { readonly tickers: unknown } {
  return isObject(tickers) && 'tickers' in tickers && 'lives' in tickers && tickers.lives instanceof Map;
}

/** Throws `usage` for what `openHistory` cannot open. */
export function checkOptions(options: HistoryOptions | ReaderOptions): void {
  if (!isObject(options))
    throw bad(
      'the options',
      options,
      "must be an object such as { store: './data', provider: { id: 'yahoo' } }",
    );
  const { store, provider, workers, concurrency, inFlight, recycleAfter } = options;
  if (typeof (store as unknown) !== 'string')
    throw bad('store', store, 'must be the path of a folder, or the URL of a bucket or a database');
  for (const one of providersIn(provider)) {
    if (!isObject(one)) throw bad('provider', one, "must be an object such as { id: 'yahoo' }, or 'none'");
    const { id } = one as { readonly id?: unknown };
    if (typeof id !== 'string') throw bad('provider.id', id, "must be a provider's name, such as 'yahoo'");
    checkRetries('provider.maxRetries', (one as { readonly maxRetries?: unknown }).maxRetries);
  }
  for (const [name, value] of Object.entries({ workers, concurrency }))
    if (value !== 'auto') checkCount(name, value, 'must be "auto" or a whole number above 0');
  checkCount('inFlight', inFlight);
  checkCount('recycleAfter', recycleAfter);
  checkPace(options);
  checkQuotas(options.quotas);
}

/** One provider, or those of a chain, or nobody; as JavaScript may give them. */
export function providersIn(provider: unknown): readonly unknown[] {
  if (provider === undefined || provider === 'none') return [];
  return Array.isArray(provider) ? provider : [provider];
}

function checkPace({
  requestDelayMs = 0,
  rateShare = 1,
}: Pick<HistoryOptions, 'requestDelayMs' | 'rateShare'>): void {
  if (!(Number.isFinite(requestDelayMs) && requestDelayMs >= 0))
    throw bad('requestDelayMs', requestDelayMs, 'must be a time in ms');
  if (!(rateShare > 0 && rateShare <= 1))
    throw bad('rateShare', rateShare, 'must be a part above 0 and at most 1, such as 0.5');
}

/** They stand instead of those that the provider declares: throws `usage` for what would limit nothing. */
function checkQuotas(quotas: unknown): void {
  if (quotas === undefined) return;
  const must = "must be a list of quotas as parseQuotas('5/min,500/day') gives it";
  if (!Array.isArray(quotas)) throw bad('quotas', quotas, must);
  if (quotas.every(isQuota)) return;
  const wrong: unknown = quotas.find((quota) => !isQuota(quota));
  if (!isObject(wrong)) throw bad('quotas', quotas, must);
  const { requests, perMs } = wrong as Readonly<Record<string, unknown>>;
  throw new BackfillError(
    'usage',
    `quotas: requests ${shown(requests)}, perMs ${shown(perMs)}: must be whole numbers above 0, perMs no more than a year; ` +
      "parseQuotas('5/min,500/day') gives such quotas",
  );
}

/** Throws `usage` for what is no number of times. */
export function checkRetries(name: string, value: unknown): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
    throw bad(name, value, 'must be a whole number, 0 or more');
}

function checkIntervals(intervals: unknown): void {
  if (!Array.isArray(intervals)) throw bad('intervals', intervals, "must be a list such as ['1d', '1h']");
  if (intervals.length === 0)
    throw bad('intervals', intervals, `is empty; there are ${INTERVALS.join(', ')}`);
  for (const interval of intervals) checkInterval('intervals', interval);
}

/** Throws `unsupported-interval`. `name`: the option that it is of. */
export function checkInterval(name: string, interval: unknown): asserts interval is Interval {
  if (typeof interval === 'string' && isInterval(interval)) return;
  const what = `there is no such interval; there are ${INTERVALS.join(', ')}`;
  throw new BackfillError('unsupported-interval', `${name} ${shown(interval)}: ${what}`);
}

function checkCount(name: string, value: unknown, must = 'must be a whole number above 0'): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) > 0))
    throw bad(name, value, must);
}

function checkDates(start: unknown, end: unknown): void {
  const [from, to] = [checkDate('start', start), checkDate('end', end)];
  if (from !== undefined && to !== undefined && from > to)
    throw new BackfillError('usage', `start ${String(start)} is after end ${String(end)}`);
}

function checkDate(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw bad(name, value, 'must be a text such as "2026-01-02"');
  try {
    return parseDay(value);
  } catch (error) {
    throw new BackfillError('invalid-date', `${name} ${(error as Error).message}`, { cause: error });
  }
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null;
}

function bad(name: string, value: unknown, what: string): BackfillError {
  return new BackfillError('usage', `${name} ${shown(value)}: ${what}`);
}

/** A value in one line: `[]`, `NaN`, `"2h"`. */
function shown(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return JSON.stringify(value).slice(0, 80);
  return value instanceof Date
    ? 'a Date'
    : typeof value === 'object' && value !== null
      ? 'an object'
      : String(value);
}
