import type { Calendar } from '../calendar/calendar.ts';
import type { Bars } from './columns.ts';
import { type Day, type DayRange, formatDay, hasDate, parseDay, utcDayOf } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';

/**
 * How a series is cut into partitions, by session date: `1d` has one (`all`), `1h`, `15m` and `5m` one a year
 * (`2026`), `1m` one a month (`2026-11`). A session belongs whole to one period.
 */
export function periodOf(interval: Interval, session: Day): string {
  if (interval === '1d') return 'all';
  return formatDay(session).slice(0, interval === '1m' ? 7 : 4);
}

/** The days of a period; `all` is unbounded (±Infinity). Throws `invalid-date` for what is no period. */
export function periodRange(period: string): DayRange {
  if (period === 'all') return { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const year = period.slice(0, 4);
  if (period === year) return { from: parseDay(`${year}-01-01`), to: parseDay(`${year}-12-31`) + 1 };
  const from = parseDay(`${period}-01`);
  const month = Number(period.slice(5));
  const to =
    month === 12
      ? parseDay(`${period}-31`) + 1
      : parseDay(`${year}-${String(month + 1).padStart(2, '0')}-01`);
  return { from, to };
}

/** Periods that the given days touch, ascending. */
export function periodsOf(interval: Interval, days: readonly DayRange[]): string[] {
  if (interval === '1d') return days.some((range) => range.from < range.to) ? ['all'] : [];
  const periods: string[] = [];
  for (const range of days) {
    for (let day = range.from; day < range.to; day = periodRange(periodOf(interval, day)).to) {
      const period = periodOf(interval, day);
      if (periods.at(-1) !== period) periods.push(period);
    }
  }
  return periods;
}

/** The session date that a bar's stamp belongs to; NaN of what is no stamp, for no calendar has a day of it. */
export function sessionDateOf(interval: Interval, calendar: Calendar): (ts: number) => Day {
  const dayOf = interval === '1d' ? utcDayOf : (ts: number): Day => calendar.localDay(ts);
  return (ts) => (hasDate(ts) ? dayOf(ts) : Number.NaN);
}

/** Place, from `start` on, of the first bar of a session date or a later one, as `dayOf` has it of stamps; `length` if there is none. */
export function firstOfDay({ ts, length }: Bars, dayOf: (ts: number) => Day, day: Day, start = 0): number {
  let [low, high] = [start, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (dayOf(ts[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The session dates of bars, ascending, each once. */
export function sessionDays({ ts }: Bars, dayOf: (ts: number) => Day): Day[] {
  const days: Day[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const stamp of ts) {
    const day = dayOf(stamp);
    if (day > last) days.push((last = day));
  }
  return days;
}
