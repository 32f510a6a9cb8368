import { BackfillError, type Interval, type Verdict } from '../index.ts';
import { calendarFor, formatDay, parseDay, startOfDay, utcDayOf } from '../provider.ts';
import { secondsOf } from './intervals.ts';
import type { TimeRange } from './time-ranges.ts';

/** A series as a store has it. */
export interface StoredSeries {
  readonly ticker: string;
  readonly interval: Interval;
}

/** Session dates, `YYYY-MM-DD`, both inclusive. */
export interface SessionDates {
  readonly start: string;
  readonly end: string;
}

/** No exchange has electronic history from before it. */
const FIRST_DAY = parseDay('1900-01-01');

type Calendar = ReturnType<typeof calendarFor>;

/**
 * The sessions of a series that have something of a range and had begun by an instant (ms); undefined: none. A daily bar begins at
 * midnight of its session's date.
 */
export function sessionDates(
  { ticker, interval }: StoredSeries,
  { start, end }: TimeRange,
  now: number,
): SessionDates | undefined {
  const calendar = calendarFor(ticker);
  const last = Math.min(utcDayOf(end * 1000), utcDayOf(now)) + 1;
  const isIn = (day: number): boolean => {
    const { open, close } = calendar.session(day);
    if (open > now) return false;
    if (interval !== '1d') return open <= end * 1000 && close > start * 1000;
    return startOfDay(day) >= start * 1000 && startOfDay(day) <= end * 1000;
  };
  // A session may open on the day before its date, in UTC.
  const from = calendar.sessionOnOrAfter(utcDayOf(start * 1000) - 1);
  const first = firstThat(isIn, from, (day) => calendar.nextSession(day), last);
  if (first === undefined) return undefined;
  let final = calendar.sessionOnOrBefore(last);
  while (!isIn(final)) final = calendar.previousSession(final);
  return { start: formatDay(first), end: formatDay(final) };
}

function firstThat(
  holds: (day: number) => boolean,
  from: number,
  next: (day: number) => number,
  last: number,
): number | undefined {
  for (let day = from; day <= last; day = next(day)) if (holds(day)) return day;
  return undefined;
}

/**
 * Whether a row was closed by an instant, in ms: what is not yet may change. The last bar of a session may be shorter than its
 * interval. A daily bar of a session that is open counts, as it is known not to be final.
 */
export function closedBy(
  now: number,
  { ticker, interval }: StoredSeries,
): (row: { readonly ts: number }) => boolean {
  const isOpen = interval !== '1d' && calendarFor(ticker).sessionAt(now) !== undefined;
  const length = isOpen ? secondsOf(interval) : 0;
  return ({ ts }) => (ts + length) * 1000 <= now;
}

/**
 * The last `period` bars that a series has room for and that were closed by an instant in seconds. Throws `usage` where it would
 * begin before there was any history.
 */
export function warmupRange({ ticker, interval }: StoredSeries, period: number, end: number): TimeRange {
  const calendar = calendarFor(ticker);
  const length = secondsOf(interval);
  let day = calendar.sessionOnOrBefore(utcDayOf(end * 1000) + 1);
  let left = period;
  let last: number | undefined;
  for (; day > FIRST_DAY; day = calendar.previousSession(day)) {
    const { open, close } = calendar.session(day);
    const until = Math.min(close / 1000, end);
    const isDaily = interval === '1d';
    const bars = isDaily
      ? Number(close / 1000 <= end)
      : Math.max(0, Math.floor((until - open / 1000) / length));
    if (bars === 0) continue;
    const first = (isDaily ? startOfDay(day) : open) / 1000;
    last ??= first + (bars - 1) * length;
    left -= bars;
    if (left <= 0) return { start: isDaily ? first : first - left * length, end: last };
  }
  throw new BackfillError('usage', `period ${period}: there is no history of ${interval} that long`);
}

/** The first and the last bar of each run of sessions in a row, between two of them, that a verdict has no word about. */
export function coveredRanges(
  series: StoredSeries,
  { start: first, end: last }: SessionDates,
  { lacks, provisional, absent }: Verdict,
): TimeRange[] {
  const calendar = calendarFor(series.ticker);
  const lacking = [...lacks, ...provisional, ...absent]
    .flatMap(({ ranges }): readonly SessionDates[] => ranges)
    .map(({ start, end }) => ({ start: parseDay(start), end: parseDay(end) }));
  const covered: TimeRange[] = [];
  let isOpen = false;
  for (const day of calendar.sessions({ from: parseDay(first), to: parseDay(last) + 1 })) {
    const isThere = lacking.every(({ start, end }) => day < start || day > end);
    if (isThere) {
      const { start, end } = barsOf(calendar, day, series.interval);
      const before = isOpen ? covered.pop()?.start : undefined;
      covered.push({ start: before ?? start, end });
    }
    isOpen = isThere;
  }
  return covered;
}

/** When the first and the last bar of a session begin. */
function barsOf(calendar: Calendar, day: number, interval: Interval): TimeRange {
  if (interval === '1d') return { start: startOfDay(day) / 1000, end: startOfDay(day) / 1000 };
  const { open, close, lunch } = calendar.session(day);
  const grid = (lunch?.end ?? open) / 1000;
  const length = secondsOf(interval);
  const bars = Math.ceil((close / 1000 - grid) / length);
  return { start: open / 1000, end: grid + (bars - 1) * length };
}
