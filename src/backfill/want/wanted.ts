import type { Calendar } from '../../core/calendar/calendar.ts';
import { plural } from '../../core/plural.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { type Day, type DayRange, dayOn, formatDay, parseDay, utcDayOf } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import { smallest } from '../../core/extremes.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { type Universe, livedIn } from '../../core/universe/universe.ts';
import type { Interval } from '../../core/session/interval.ts';
import { lastBegun, reachedFrom } from '../../core/plan/limits.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { servesIntervalOf } from '../../providers/serves.ts';

/** Which sessions a user wants. Dates are session dates, both inclusive. */
export interface RangeOptions {
  /**
   * The last N settled sessions of each ticker's own calendar. Default, unless years or dates are given: the provider's
   * `usualRange`, or 252, one trading year.
   */
  readonly days?: number;
  /** The last N years, to the day. */
  readonly years?: number;
  /** `YYYY-MM-DD`. */
  readonly start?: string;
  /** `YYYY-MM-DD`. Default: the last settled session. */
  readonly end?: string;
  /** Want sessions too that are not final yet: the one that is open, and those younger than the settle delay. Default false. */
  readonly includeProvisional?: boolean;
}

const NO_LIVES: Universe['lives'] = new Map();

const DEFAULT_DAYS = 252;

/** No exchange has electronic history from before 1900. */
export const EARLIEST_DAY = parseDay('1900-01-01');
const MOST_DAYS = 50_000;
const MOST_YEARS = 125;

/** A range as it is meant of a provider: where nothing says how far back, what is usual there. */
export function rangeMeant(
  range: RangeOptions,
  { usualRange }: Pick<Capabilities, 'usualRange'>,
): RangeOptions {
  const isSaid = (range.days ?? range.years ?? range.start) !== undefined;
  return isSaid || usualRange === undefined ? range : { ...range, ...usualRange };
}

/** Whose sessions are wanted. */
export interface WantedOf {
  /** Session dates on which each is wanted, of those that did not always live. Default: whatever the day. */
  readonly lives?: Universe['lives'];
  /** They are part of a universe of which something is wanted, so that of them nothing may be. Default false. */
  readonly isPart?: boolean;
}

/**
 * The sessions that are wanted of each (ticker, interval) that the provider serves: perhaps none yet, see `nothingYet`. Throws
 * `usage`, also for a range without a session that has not begun, or is over.
 */
export function wantedSeries(
  tickers: readonly string[],
  intervals: readonly Interval[],
  range: RangeOptions,
  capabilities: Capabilities,
  now: number,
  { lives = NO_LIVES, isPart = false }: WantedOf = {},
): WantedSeries[] {
  const sessions = parseRange(range);
  const wanted = intervals.flatMap((interval) => {
    const capability = capabilities.intervals[interval];
    if (capability === undefined) {
      const offered = Object.keys(capabilities.intervals).join(', ');
      const message = `${option('interval')} ${interval}: provider "${capabilities.id}" does not offer it; it offers ${offered}`;
      throw new BackfillError('unsupported-interval', message);
    }
    const ranges = new Map<Calendar, DayRange>();
    const rangeOn = (calendar: Calendar): DayRange => {
      const last = range.includeProvisional
        ? lastBegun(calendar, now)
        : calendar.lastSettled(now, capability.settleDelayMs);
      return sessions(calendar, last);
    };
    const its = tickers.filter((ticker) => servesIntervalOf(ticker, interval, capabilities));
    const series = its.map((ticker) => {
      const calendar = calendarFor(ticker);
      const days = ranges.get(calendar) ?? rangeOn(calendar);
      ranges.set(calendar, days);
      return { series: { ticker, interval }, calendar, ...livedIn(days, lives.get(ticker)) };
    });
    if (!isPart) assertWithinReach(series, interval, capabilities, now);
    return series;
  });
  if (isPart) return wanted;
  if (wanted.length === 0) throw new BackfillError('usage', 'no ticker is asked for: nothing to fetch');
  if (!isEmpty(wanted)) return wanted;
  if (tickers.every((ticker) => lives.has(ticker)))
    throw new BackfillError('usage', `${lifelessText(tickers, range)}: nothing to fetch`);
  if (!wanted.some(({ calendar }) => isToCome(range, calendar.localDay(now))))
    throw new BackfillError('usage', `${noneText(range)}: nothing to fetch`);
  return wanted;
}

/** Whether no session is wanted of any of the series. */
function isEmpty(wanted: readonly WantedSeries[]): boolean {
  return wanted.every(({ calendar, range }) => calendar.sessionOnOrAfter(range.from) >= range.to);
}

/** Whether a range has begun and is not over: who asks for it day by day is too early, and not mistaken. */
function isToCome({ start, end }: RangeOptions, today: Day): boolean {
  return start !== undefined && parseDay(start) <= today && (end === undefined || parseDay(end) >= today);
}

/** Why nothing is wanted yet of any of the series, and from when on something will be; undefined where something is. */
export function nothingYet(
  wanted: readonly WantedSeries[],
  range: RangeOptions,
  { intervals }: Pick<Capabilities, 'intervals'>,
  { lives = NO_LIVES }: WantedOf = {},
): string | undefined {
  if (wanted.length === 0 || !isEmpty(wanted)) return undefined;
  const unending = wanted.filter(({ series: { ticker } }) => !lives.has(ticker));
  if (unending.length === 0)
    return lifelessText([...new Set(wanted.map(({ series }) => series.ticker))], range);
  const end = range.end === undefined ? Number.POSITIVE_INFINITY : parseDay(range.end);
  const from = unending.flatMap(({ series, calendar, range: days }) => {
    const first = calendar.sessionOnOrAfter(days.from);
    if (first > end) return [];
    const { open, close } = calendar.session(first);
    return range.includeProvisional ? open : close + (intervals[series.interval]?.settleDelayMs ?? 0);
  });
  const earliest = smallest(from);
  if (!Number.isFinite(earliest)) return noneText(range);
  const at = new Date(earliest).toISOString().slice(0, 16).replace('T', ' ');
  return `${noneText(range)} yet: the first can be had from ${at} UTC on`;
}

function lifelessText(tickers: readonly string[], range: RangeOptions): string {
  const who = tickers.length === 1 ? `${tickers[0]} has no` : `none of the ${tickers.length} tickers has a`;
  return `${who} session of its life in the range asked for (${rangeText(range)})`;
}

function noneText(range: RangeOptions): string {
  const what = range.includeProvisional ? 'session that has begun' : 'settled session';
  return `no ${what} lies in the range asked for (${rangeText(range)})`;
}

/** `the last 252 sessions`, `the last 2 years up to 2026-11-20`, `from 2026-01-02 on`. */
export function rangeText({ days = DEFAULT_DAYS, years, start, end }: RangeOptions): string {
  if (start !== undefined) return end === undefined ? `from ${start} on` : `${start} to ${end}`;
  const [count, unit] = years === undefined ? [days, 'session'] : [years, 'year'];
  const length = count === 1 ? `the last ${unit}` : `the last ${count} ${unit}s`;
  return end === undefined ? length : `${length} up to ${end}`;
}

/** Throws `usage` where the provider's look-back reaches none of the sessions. */
function assertWithinReach(
  wanted: readonly WantedSeries[],
  interval: Interval,
  { id, intervals }: Capabilities,
  now: number,
): void {
  const limits = intervals[interval];
  const { lookBackDays, newestRows, since } = limits ?? { lookBackDays: null };
  if (limits === undefined || (lookBackDays === null && (newestRows ?? since) === undefined)) return;
  const earliest = smallest(
    wanted.map(({ series: { ticker }, calendar, range }) => {
      const first = reachedFrom(limits, ticker, calendar, now);
      return range.to > first ? Number.NEGATIVE_INFINITY : first;
    }),
  );
  if (!Number.isFinite(earliest)) return;
  const reach = `"${id}" reaches back ${plural(utcDayOf(now) - earliest + 1, 'day')}, to ${formatDay(earliest)}`;
  throw new BackfillError(
    'usage',
    `${option('interval')} ${interval}: provider ${reach}; the range asked for ends before that`,
  );
}

/**
 * A user's range as a function of a calendar, its last settled session and `first`, the day from which all is meant where
 * only an end is said, or nothing; default a trading year. Throws `usage`.
 */
export function parseRange(
  options: RangeOptions,
): (calendar: Calendar, lastSettled: Day, first?: Day) => DayRange {
  const { days, years } = options;
  const { start, end } = assertRange(options);
  return (calendar, lastSettled, first) => {
    const last = calendar.sessionOnOrBefore(end === undefined ? lastSettled : Math.min(end, lastSettled));
    if (start !== undefined) return { from: start, to: last + 1 };
    if (years !== undefined) return { from: yearsBefore(last, years) + 1, to: last + 1 };
    if (days === undefined && first !== undefined) return { from: first, to: last + 1 };
    return calendar.lastSessions(last, days ?? DEFAULT_DAYS);
  };
}

/**
 * The dates of a range as days. Throws `usage` and `invalid-date` for one that cannot be meant, with its options `named` as
 * whoever gave them wrote them: `--days`. Default: by their names.
 */
export function assertRange(
  options: RangeOptions,
  named: (option: 'days' | 'years' | 'start' | 'end') => string = (name) => name,
): { readonly start: Day | undefined; readonly end: Day | undefined } {
  const { days, years } = options;
  const [start, end] = [parseDate(named('start'), options.start), parseDate(named('end'), options.end)];
  for (const [name, value, most] of [
    [named('days'), days, MOST_DAYS],
    [named('years'), years, MOST_YEARS],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new BackfillError('usage', `${name} ${value}: must be a whole number above 0`);
    }
    if (value !== undefined && value > most) {
      throw new BackfillError('usage', `${name} ${value}: there is no history that long; ${most} at most`);
    }
  }
  const ways = [
    days !== undefined && named('days'),
    years !== undefined && named('years'),
    start !== undefined && named('start'),
  ];
  const given = ways.filter((way) => way !== false);
  if (given.length > 1)
    throw new BackfillError('usage', `${given.join(' and ')} contradict each other; give one`);
  if (start !== undefined && end !== undefined && start > end) {
    const order = `${named('start')} ${formatDay(start)} is after ${named('end')} ${formatDay(end)}`;
    throw new BackfillError('usage', order);
  }
  return { start, end };
}

function parseDate(name: string, text: string | undefined): Day | undefined {
  if (text === undefined) return undefined;
  try {
    const day = parseDay(text);
    if (day >= EARLIEST_DAY) return day;
  } catch (error) {
    throw new BackfillError('usage', `${name} ${(error as Error).message}`, { cause: error });
  }
  throw new BackfillError('usage', `${name} ${text}: is before ${formatDay(EARLIEST_DAY)}`);
}

function yearsBefore(day: Day, years: number): Day {
  const [year = 0, month = 1, date = 1] = formatDay(day).split('-').map(Number);
  return dayOn(year - years, month, date);
}
