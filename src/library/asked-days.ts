import type { BackfillRequest } from '../backfill/plan/prepare.ts';
import { type Chain, assertAnyIsAsked } from '../backfill/plan/chain-list.ts';
import { isServed } from '../backfill/want/served.ts';
import { EARLIEST_DAY, type RangeOptions, parseRange, rangeMeant } from '../backfill/want/wanted.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { largest, smallest } from '../core/extremes.ts';
import { lastBegun } from '../core/plan/limits.ts';
import { type Day, type DayRange, formatDay, parseDay } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { normalize } from '../core/session/ranges.ts';
import type { Capabilities } from '../providers/provider.ts';
import { tickersOf } from './verdict-in.ts';

/** The sessions that a call asks for of one series. */
export interface AskedDays {
  readonly series: Series;
  readonly calendar: Calendar;
  /** Session dates, `[from, to)`; perhaps none. */
  readonly range: DayRange;
  /** Session dates before this one are meant, though none of them may have settled yet. */
  readonly until: Day;
}

/** Throws what a backfill of some series would be refused for. */
export function assertAskable(
  series: readonly Series[],
  range: RangeOptions,
  chain: Chain,
  now: number,
): void {
  const [tickers, intervals] = [tickersOf(series), intervalsOf(series)];
  assertAnyIsAsked(chain, { tickers, intervals, ...range }, now);
}

/**
 * What a range is of each of some series, by its own calendar: where nothing says how far back, what a backfill would want. Throws
 * `usage`.
 */
export function askedDays(
  series: readonly Series[],
  range: RangeOptions,
  chain: Chain,
  now: number,
): AskedDays[] {
  const sessions = parseRange(rangeMeant(range, chain[0]));
  const until = range.end === undefined ? Number.POSITIVE_INFINITY : parseDay(range.end) + 1;
  return series.map((one) => {
    const calendar = calendarFor(one.ticker);
    const last = range.includeProvisional
      ? lastBegun(calendar, now)
      : calendar.lastSettled(now, settleDelayOf(one, chain));
    return { series: one, calendar, range: sessions(calendar, last), until };
  });
}

/** How long after its close a session of a series is final, by the first of a chain that serves it, in ms. */
export function settleDelayOf({ ticker, interval }: Series, chain: Chain): number {
  const serves = (one: Capabilities): boolean =>
    one.intervals[interval] !== undefined && isServed(ticker, one);
  return (chain.find(serves) ?? chain[0]).intervals[interval]?.settleDelayMs ?? 0;
}

/** What calls ask for, as one request: of each series what any of them wants of it, and no more. */
export function requestFor(
  all: readonly AskedDays[],
  includeProvisional: boolean,
): BackfillRequest & { readonly intervals: readonly Interval[] } {
  const asked = meantOf(all);
  const days = new Map<string, DayRange[]>();
  for (const { series, range } of asked) {
    const known = days.get(seriesKey(series));
    if (known === undefined) days.set(seriesKey(series), [range]);
    else known.push(range);
  }
  const series = asked.map((one) => one.series);
  const only = [...days].map(
    ([key, ranges]) =>
      [key, { days: normalize(ranges), again: false, isRetried: false, takesBetween: true }] as const,
  );
  return {
    ...{ tickers: tickersOf(series), intervals: intervalsOf(series), isPart: true, ...rangeOf(asked) },
    ...(includeProvisional && { includeProvisional }),
    only: new Map(only),
  };
}

/** The range of all of them, both inclusive. */
export function rangeOf(all: readonly AskedDays[]): { readonly start: string; readonly end: string } {
  const asked = meantOf(all);
  const first = Math.max(EARLIEST_DAY, smallest(asked.map(({ range }) => range.from)));
  const last = largest(asked.map(({ range }) => range.to - 1));
  return { start: formatDay(first), end: formatDay(Math.max(first, last)) };
}

/** Those of which something is asked, where that is so of any. */
function meantOf(asked: readonly AskedDays[]): readonly AskedDays[] {
  const meant = asked.filter(({ range }) => range.from < range.to);
  return meant.length > 0 ? meant : asked;
}

function intervalsOf(series: readonly Series[]): readonly Interval[] {
  return [...new Set(series.map(({ interval }) => interval))];
}
