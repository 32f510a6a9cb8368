import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, formatDay, utcDayOf } from '../../core/session/day.ts';
import { instantsOf, minutesOfDay } from './clock.ts';
import { malformed } from './records.ts';
import { otherIfExplained } from './shifted-dates.ts';
import type { StampedRows } from './stamped-rows.ts';
import { areMidnights, writtenDay } from './stamps.ts';
import { largest } from '../../core/extremes.ts';

/** From here on, in minutes of the local day, a bar may be of the day that begins. */
const EVENING = 16 * 60;
const NOON = 12 * 60;

/** Rows from which on a pattern shows. */
const ENOUGH_ROWS = 8;
const LEAST_FIT = 0.5;

/**
 * The session dates of daily rows. A date, or midnight by whatever clock, is the date as it is written, unless the
 * exchange's own date explains the rows and the written one does not. An instant is the date of the exchange's zone, unless
 * more rows of the file are sessions by the UTC date, by what is written read as UTC, or by the next day: bars that are
 * stamped in the evening before, as currencies are at New York's 17:00 (a file from Sunday to Thursday). So the open, the
 * close and local midnight all name their session. Throws `usage` where none of it gives sessions.
 */
export function sessionDates(path: string, rows: StampedRows, zone: string, calendar: Calendar): Day[] {
  const { bars } = rows;
  const localDay = (instant: number): Day => calendar.localDay(instant);
  if (areMidnights(bars.ts)) {
    const local = (): Day[] => Array.from(instantsOf(rows, zone), localDay);
    return otherIfExplained(Array.from(bars.ts, writtenDay), local, bars, calendar);
  }
  const instants = Array.from(instantsOf(rows, zone));
  const local = instants.map(localDay);
  const readings = [local, instants.map(utcDayOf), Array.from(bars.ts, localDay)];
  // Where no zone is known, local midnight may be any hour of UTC's afternoon.
  const evening = calendar.zone === 'UTC' ? NOON : EVENING;
  if (instants.every((instant) => minutesOfDay(instant, calendar.zone) >= evening))
    readings.push(local.map((day) => day + 1));
  const fits = readings.map((days) => fitOf(days, calendar));
  const best = fits.indexOf(largest(fits));
  if (!calendar.advisory && bars.length >= ENOUGH_ROWS && (fits[best] ?? 0) < LEAST_FIT) {
    const first = formatDay(local[0] ?? 0);
    throw malformed(path, null, `its daily rows, from ${first} on, fall on no sessions of ${calendar.id}`);
  }
  return readings[best] ?? local;
}

/** The part of days that are sessions. */
function fitOf(days: readonly Day[], calendar: Calendar): number {
  return days.filter((day) => calendar.isSession(day)).length / Math.max(1, days.length);
}
