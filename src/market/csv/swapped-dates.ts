import type { Calendar } from '../../core/calendar/calendar.ts';
import { rowsThatTell } from '../../core/checks/shifted-days.ts';
import { swappedDatesIn } from '../../core/checks/swapped-dates.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';

/** Refuses rows of which some seem to have day and month swapped, see `swappedDatesIn`. Throws `usage` with the first line. */
export function assertNotSwapped(
  path: string,
  dates: readonly Day[],
  { bars, lines }: StampedRows,
  calendar: Calendar,
): void {
  assertDaysNotSwapped(path, dates, rowsThatTell(dates, bars, calendar), calendar, lines);
}

/** The same of the days of rows, of which those of `told` tell of trading. `lines`: of the rows, where they are known. */
export function assertDaysNotSwapped(
  path: string,
  dates: readonly Day[],
  told: readonly Day[],
  calendar: Calendar,
  lines: Int32Array | null,
): void {
  const seen = swappedDatesIn(dates, told, calendar);
  if (seen === undefined) return;
  const { at, first, by } = seen;
  const [place = 0] = at;
  const [date, other] = [formatDay(dates[place] as Day), formatDay(first)];
  const more = new Set(at.map((i) => dates[i])).size - 1;
  const what =
    by === 'sessions'
      ? `its date ${date} is no session of ${calendar.id}, and ${other} is one that has no row`
      : `its date ${date} does not lie between those around it, and ${other} does`;
  const way =
    'day and month of a part of the dates seem to be swapped, as by a spreadsheet: get the file again, or write all dates as YYYY-MM-DD';
  throw malformed(path, lines?.[place] ?? null, `${what} (${more} more are such): ${way}`);
}
