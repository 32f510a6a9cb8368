import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Day, DayRange } from '../../core/session/day.ts';

/** No exchange was closed for more days since 1914. */
export const LONGEST_CLOSURE = 20;

/**
 * Whether rows of a day are counted with a range: those of a closed day are with the next session that may have a row, or the last
 * one, so that each is with one range of several that have all sessions together. `last`: the day of the last row.
 */
export function ownDays(range: DayRange, last: Day, calendar: Calendar): (day: Day) => boolean {
  const isIn = (day: Day): boolean => range.from <= day && day < range.to;
  return (day) => {
    if (calendar.advisory || calendar.isSession(day)) return isIn(day);
    const next = calendar.sessionOnOrAfter(day);
    return isIn(next <= last ? next : calendar.previousSession(day));
  };
}
