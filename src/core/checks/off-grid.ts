import { sessionDateOf } from '../bars/partition.ts';
import type { Session } from '../calendar/calendar.ts';
import { isTradingTime, mayStartBar } from '../bars/session-grid.ts';
import { type Day, MS_PER_DAY } from '../session/day.ts';
import { intervalMs } from '../session/interval.ts';
import { contains } from '../session/ranges.ts';
import { type CheckedBars, withRejected } from './checks.ts';
import type { SeriesContext } from './plausibility.ts';

/**
 * Says why no bar of a series can start at a stamp (ms since the epoch), or null: a daily one has a date, the others lie on the
 * grid of their session. On days without a session, before the facts and where the calendar is only advice nothing is off it.
 */
export function offGridOf({
  interval,
  calendar,
}: Pick<SeriesContext, 'interval' | 'calendar'>): (ts: number) => string | null {
  if (interval === '1d')
    return (ts) => (ts % MS_PER_DAY === 0 ? null : `its stamp ${new Date(ts).toISOString()} is no date`);
  const sessionOf = sessionDateOf(interval, calendar);
  const lengthMs = intervalMs(interval);
  const hoursOn = (day: Day): Session | null => {
    const isKnown = !calendar.advisory && contains([calendar.reliable], day) && calendar.isSession(day);
    return isKnown ? calendar.session(day) : null;
  };
  // Bars come a session at a time.
  let [last, hours]: [Day, Session | null] = [Number.NaN, null];
  return (ts) => {
    const day = sessionOf(ts);
    if (day !== last) [last, hours] = [day, hoursOn(day)];
    if (hours === null || mayStartBar(hours, ts, lengthMs)) return null;
    return isTradingTime(hours, ts) ? 'no bar of the session starts then' : 'it is outside the session';
  };
}

/** Rejects bars that start where no bar of the series can. */
export function rejectOffGrid(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const reasonOf = offGridOf(context);
  const { ts } = checked.accepted;
  return withRejected(checked, (i) => reasonOf(ts[i] as number));
}
