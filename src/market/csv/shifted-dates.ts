import type { Calendar } from '../../core/calendar/calendar.ts';
import { areBetterDays, rowsThatTell, shiftSeenIn, type Values } from '../../core/checks/shifted-days.ts';
import type { Day } from '../../core/session/day.ts';
import { malformed } from './records.ts';

/** Refuses rows whose dates seem to be shifted, see `shiftSeenIn`. Throws `usage`. */
export function assertNotShifted(
  path: string,
  dates: readonly Day[],
  rows: Values,
  calendar: Calendar,
): void {
  assertDaysNotShifted(path, rowsThatTell(dates, rows, calendar), calendar);
}

/** The same of the days of rows that tell of trading. */
export function assertDaysNotShifted(path: string, told: readonly Day[], calendar: Calendar): void {
  const seen = shiftSeenIn(told, calendar);
  if (seen === undefined) return;
  const way = 'its dates seem to be shifted: correct them, or rename the file if it is of another exchange';
  throw malformed(path, null, `${seen}; ${way}`);
}

/** Other dates of the same rows where they lie on sessions and the given ones do not, else the given ones. */
export function otherIfExplained(dates: Day[], others: () => Day[], rows: Values, calendar: Calendar): Day[] {
  let other: Day[] = [];
  const told = (): readonly Day[] => rowsThatTell((other = others()), rows, calendar);
  return areBetterDays(told, rowsThatTell(dates, rows, calendar), calendar) ? other : dates;
}
