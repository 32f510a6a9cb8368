import { type CheckedBars, withRejected } from './checks.ts';
import { formatDay } from '../session/day.ts';
import { sessionDateOf } from '../bars/partition.ts';
import type { SeriesContext } from './plausibility.ts';

/** Tells of a stamp whether its day is one that the calendar knows as closed: never on its guess, only where it is sure. */
export function isOnClosedDay({ interval, calendar }: SeriesContext): (ts: number) => boolean {
  if (calendar.advisory) return () => false;
  const sessionOf = sessionDateOf(interval, calendar);
  const { from, to } = calendar.reliable;
  return (ts) => {
    const day = sessionOf(ts);
    return day >= from && day < to && !calendar.isSession(day);
  };
}

/** `2024-01-01 is no session of XNYS`. */
export function closedDayReason(ts: number, { interval, calendar }: SeriesContext): string {
  return `${formatDay(sessionDateOf(interval, calendar)(ts))} is no session of ${calendar.id}`;
}

/**
 * Rejects bars on days that the calendar knows as closed. Once fillers are dropped what is left there has prices and
 * volume, so that it is kept in quarantine: the calendar may be what is wrong.
 */
export function rejectClosedDays(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { ts } = checked.accepted;
  const isClosed = isOnClosedDay(context);
  return withRejected(checked, (i) =>
    isClosed(ts[i] as number) ? closedDayReason(ts[i] as number, context) : null,
  );
}
