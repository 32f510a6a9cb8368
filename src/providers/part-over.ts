import type { Calendar } from '../core/calendar/calendar.ts';
import type { DayRange } from '../core/session/day.ts';

/** The part of a range, `[from, to)`, before the first session that is not over at `now`; empty if all are to come. */
export function partOver(range: DayRange, calendar: Calendar, now: number): DayRange {
  const firstOpen = calendar.nextSession(calendar.lastSettled(now, 0));
  return { from: range.from, to: Math.max(range.from, Math.min(range.to, firstOpen)) };
}
