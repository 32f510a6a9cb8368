import type { Calendar, Session } from '../calendar/calendar.ts';
import { tradingEnd } from '../calendar/session-room.ts';
import type { Day } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import type { Bars } from './columns.ts';
import { sessionDateOf, sessionDays } from './partition.ts';
import { barEnd } from './session-grid.ts';

/**
 * The sessions of some bars in which none is lacking that has closed by `now` (ms since the epoch). Of a shorter interval than a
 * day every bar of the session's grid is due, be it that nobody traded; where hours are only advice nobody knows which.
 */
export function wholeSessions(bars: Bars, interval: Interval, calendar: Calendar, now: number): Day[] {
  const days = sessionDays(bars, sessionDateOf(interval, calendar));
  if (interval === '1d') return days;
  const starts = new Set(bars.ts);
  const isWhole = (day: Day): boolean => {
    const session = calendar.isSession(day) ? calendar.session(day) : undefined;
    return (
      session?.reliable === true && dueBy(session, intervalMs(interval), now).every((ts) => starts.has(ts))
    );
  };
  return days.filter(isWhole);
}

/** Starts of the bars of a session that have closed. */
function dueBy(session: Session, lengthMs: number, now: number): number[] {
  const due: number[] = [];
  for (let ts = session.open; ts < tradingEnd(session);) {
    const end = barEnd(session, ts, lengthMs);
    if (end <= now) due.push(ts);
    ts = end === session.lunch?.start ? session.lunch.end : end;
  }
  return due;
}
