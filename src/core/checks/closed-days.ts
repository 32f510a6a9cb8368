import { type CheckedBars, withRejected } from './checks.ts';
import { type Day, formatDay } from '../session/day.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { sessionDateOf } from '../bars/partition.ts';
import type { SeriesContext } from './plausibility.ts';

/**
 * What a calendar knows of a day without a session:
 *
 * - `sure`: it lies within the facts, or after them on a day of the week on which nothing ever trades
 * - `expected`: it lies after the facts, where a holiday may have been moved and a Saturday made up for one
 */
export type ClosedDay = 'sure' | 'expected';

/** What a calendar knows of a day that it has as closed; null for sessions, before its facts, and where it is a guess. */
export function closedDay(day: Day, calendar: Calendar): ClosedDay | null {
  const { from, to } = calendar.reliable;
  // What is no day at all (NaN) is after nothing.
  if (calendar.advisory || !(day >= from) || calendar.isSession(day)) return null;
  return day < to || calendar.isIdleWeekday(day) ? 'sure' : 'expected';
}

/** The same of the day of a stamp. */
export function closedDayOf({
  interval,
  calendar,
}: Pick<SeriesContext, 'interval' | 'calendar'>): (ts: number) => ClosedDay | null {
  const sessionOf = sessionDateOf(interval, calendar);
  return (ts) => closedDay(sessionOf(ts), calendar);
}

/** `2024-01-01 is no session of XNYS`. */
export function closedDayReason(
  ts: number,
  { interval, calendar }: Pick<SeriesContext, 'interval' | 'calendar'>,
): string {
  return `${formatDay(sessionDateOf(interval, calendar)(ts))} is no session of ${calendar.id}`;
}

/**
 * Rejects bars on days that are closed for sure. Once fillers are dropped what is left there has prices and volume, so that
 * it is kept in quarantine: the calendar may be what is wrong.
 */
export function rejectClosedDays(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { ts } = checked.accepted;
  const closedOn = closedDayOf(context);
  return withRejected(checked, (i) =>
    closedOn(ts[i] as number) === 'sure' ? closedDayReason(ts[i] as number, context) : null,
  );
}
