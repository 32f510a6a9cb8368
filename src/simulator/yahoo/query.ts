import type { Interval } from '../../core/session/interval.ts';
import { badRequest, type ChartError, isError, unprocessable } from './errors.ts';

/** What a chart request asks for. Times are seconds since the epoch. */
export interface ChartQuery {
  readonly interval: Interval;
  /** `interval` as it was written: `60m` is echoed as such. */
  readonly granularity: string;
  readonly period1: number;
  /** Inclusive. */
  readonly period2: number;
  /** `range` as it was given; empty with `period1`. */
  readonly range: string;
  readonly dividends: boolean;
  readonly splits: boolean;
  readonly includePrePost: boolean;
}

const INTERVALS_BY_NAME: Readonly<Record<string, Interval>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '60m': '1h',
  '1h': '1h',
  '1d': '1d',
};

const DAY = 86_400;

/** Days that an interval reaches back, the last one excluded. */
const LOOK_BACK_DAYS: Readonly<Record<Interval, number>> = {
  '1m': 30,
  '5m': 60,
  '15m': 60,
  '1h': 730,
  '1d': Number.POSITIVE_INFINITY,
};

/** Days of one-minute bars in one request. */
const MINUTE_SPAN_DAYS = 8;

const RANGE_DAYS: Readonly<Record<string, number>> = {
  '1d': 1,
  '5d': 5,
  '1mo': 30,
  '3mo': 91,
  '6mo': 182,
  '1y': 365,
  '2y': 730,
  '5y': 1826,
  '10y': 3652,
  max: Number.POSITIVE_INFINITY,
};

/** Reads and checks a query at `now` (seconds since the epoch). */
export function readQuery(query: URLSearchParams, now: number): ChartQuery | ChartError {
  const granularity = query.get('interval') ?? '1d';
  const interval = Object.hasOwn(INTERVALS_BY_NAME, granularity) ? INTERVALS_BY_NAME[granularity] : undefined;
  if (interval === undefined) {
    const valid = Object.keys(INTERVALS_BY_NAME).join(', ');
    return unprocessable(
      `Invalid input - interval=${granularity} is not supported. Valid intervals: [${valid}]`,
    );
  }
  const period = readPeriod(query, now);
  if (isError(period)) return period;
  const events = (query.get('events') ?? '').split(/[|,]/);
  const asked: ChartQuery = {
    interval,
    granularity,
    ...period,
    dividends: events.includes('div'),
    splits: events.includes('split') || events.includes('splits'),
    includePrePost: query.get('includePrePost') === 'true',
  };
  return limitBroken(asked, now) ?? asked;
}

function readPeriod(
  query: URLSearchParams,
  now: number,
): { period1: number; period2: number; range: string } | ChartError {
  const range = query.get('range');
  const first = query.get('period1');
  if (first === null && range !== null) {
    const days = Object.hasOwn(RANGE_DAYS, range) ? RANGE_DAYS[range] : undefined;
    if (days === undefined) return unprocessable(`Invalid input - range=${range} is not supported.`);
    return { period1: Math.max(0, now - days * DAY), period2: now, range };
  }
  const last = query.get('period2');
  if (first === null || last === null)
    return badRequest('Invalid input - period1 and period2, or range, are due.');
  const [period1, period2] = [Number(first), Number(last)];
  if (!/^-?\d+$/.test(first) || !/^-?\d+$/.test(last)) {
    return unprocessable(
      `Invalid input - period1=${first} and period2=${last} are not seconds since the epoch.`,
    );
  }
  if (period1 > period2) {
    return badRequest(
      `Invalid input - start date cannot be after end date. startDate = ${period1}, endDate = ${period2}`,
    );
  }
  return { period1, period2, range: '' };
}

function limitBroken(
  { interval, granularity, period1, period2 }: ChartQuery,
  now: number,
): ChartError | null {
  const days = LOOK_BACK_DAYS[interval];
  const refusal = `${granularity} data not available for startTime=${period1} and endTime=${period2}.`;
  if (period1 <= now - days * DAY) {
    return unprocessable(`${refusal} The requested range must be within the last ${days} days.`);
  }
  if (interval === '1m' && period2 - period1 > MINUTE_SPAN_DAYS * DAY) {
    return unprocessable(
      `${refusal} Only ${MINUTE_SPAN_DAYS} days worth of 1m granularity data are allowed to be fetched per request.`,
    );
  }
  return null;
}
