import type { Calendar } from '../calendar/calendar.ts';
import { weekdayOf } from '../calendar/facts.ts';
import { type Day, formatDay } from '../session/day.ts';
import { largest } from '../extremes.ts';

/** Rows from which on weeks or months show. */
const ENOUGH_ROWS = 8;

/** This part of the rows lies where the bars of weeks or months do. */
const NEARLY_ALL = 0.9;

/** Rows that are nearer than this are of no weeks: from one's Friday, before a holiday Thursday, to the next one's. */
const LEAST_DAYS_APART = 5;

/**
 * What rows of days are instead, if eight or more of them in a row are weeks or months apart: `weeks`, `months`; else
 * undefined. A week has one row, on one weekday, or its first or last session; so have months, or on one day of the month.
 * The last row may be another one of the running week. Rows of a share that rarely trades lie anywhere.
 */
export function longBars(dates: readonly Day[], calendar: Calendar): 'weeks' | 'months' | undefined {
  const days = inOrder(dates);
  return stretches(days)
    .map((stretch) => longStretch(stretch, calendar))
    .find((apart) => apart !== undefined);
}

/** With fewer rows than this nothing shows. */
const LEAST_ROWS = 3;

/**
 * The same of all rows of a source (days, ascending) that are too few for that, if they are of weeks or months in a row and
 * all lie at one place of them; the last of four or more may be of the running one. A share that rarely trades may have such
 * rows: more has to be known to refuse them.
 */
export function fewLongBars(days: readonly Day[], calendar: Calendar): 'weeks' | 'months' | undefined {
  if (days.length < ENOUGH_ROWS) {
    const apart = atOnePlace(days, days, calendar);
    if (apart !== undefined) return apart;
  }
  return days.length <= ENOUGH_ROWS ? atOnePlace(days.slice(0, -1), days, calendar) : undefined;
}

/** Fewer rows of a share that rarely trades may lie at one place of their weeks or months. */
const LEAST_BEFORE = 5;

/** So many sessions in a row, behind them, are of days. */
const DAYS_BEHIND = 20;

/** What the first rows are instead, few as they are, where rows of a session each follow them. */
export function longBarsBefore(dates: readonly Day[], calendar: Calendar): 'weeks' | 'months' | undefined {
  const days = inOrder(dates);
  const end = days.findIndex((day, i) => i > 0 && day - (days[i - 1] as Day) < LEAST_DAYS_APART);
  if (end - 1 < LEAST_BEFORE) return undefined;
  const behind = days.slice(end, end + DAYS_BEHIND);
  const areDays = behind.every((day, i) => i === 0 || calendar.previousSession(day) === behind[i - 1]);
  if (behind.length < DAYS_BEHIND || !areDays) return undefined;
  // The last of them may be the first of the days.
  const before = days.slice(0, end - 1);
  return atOnePlace(before, before, calendar);
}

/** What days in a row are instead, of which these lie at one place of their weeks or months. */
function atOnePlace(
  whole: readonly Day[],
  days: readonly Day[],
  calendar: Calendar,
): 'weeks' | 'months' | undefined {
  if (whole.length < LEAST_ROWS) return undefined;
  const isInRow = (periodOf: (day: Day) => number): boolean =>
    days.every((day, i) => i === 0 || periodOf(day) === periodOf(days[i - 1] ?? 0) + 1);
  if (isInRow(weekOf) && isAtOnePlace(whole, calendar, weekOf, weekdayOf)) return 'weeks';
  const isMonthly = isInRow(monthsOf) && isAtOnePlace(whole, calendar, monthOf, dayOfMonth);
  return isMonthly ? 'months' : undefined;
}

function inOrder(dates: readonly Day[]): readonly Day[] {
  return isAscending(dates) ? dates : [...new Set(dates)].toSorted((a, b) => a - b);
}

function isAscending(days: readonly Day[]): boolean {
  return days.every((day, i) => i === 0 || day > (days[i - 1] as Day));
}

/** Days in a row that are days apart, if they are enough: some vendors have weeks of long ago, and days since. */
function stretches(days: readonly Day[]): Day[][] {
  const found: Day[][] = [];
  for (let from = 0; from < days.length;) {
    let to = from + 1;
    while (to < days.length && (days[to] as Day) - (days[to - 1] as Day) >= LEAST_DAYS_APART) to++;
    if (to - from >= ENOUGH_ROWS) found.push(days.slice(from, to));
    from = to;
  }
  return found;
}

function longStretch(days: readonly Day[], calendar: Calendar): 'weeks' | 'months' | undefined {
  const whole = days.slice(0, -1);
  if (isOneEach(whole, monthOf) && isAtOnePlace(whole, calendar, monthOf, dayOfMonth)) return 'months';
  return isOneEach(whole, weekOf) && isAtOnePlace(whole, calendar, weekOf, weekdayOf) ? 'weeks' : undefined;
}

function isOneEach(days: readonly Day[], periodOf: (day: Day) => string | number): boolean {
  return days.every((day, i) => i === 0 || periodOf(day) !== periodOf(days[i - 1] ?? 0));
}

/** Whether nearly all days lie at one place of their periods, or all at their first or last session. */
function isAtOnePlace(
  days: readonly Day[],
  calendar: Calendar,
  periodOf: (day: Day) => string | number,
  placeOf: (day: Day) => number,
): boolean {
  const places = new Map<number, number>();
  let [firsts, lasts] = [0, 0];
  for (const day of days) {
    places.set(placeOf(day), (places.get(placeOf(day)) ?? 0) + 1);
    if (periodOf(calendar.previousSession(day)) !== periodOf(day)) firsts++;
    if (periodOf(calendar.nextSession(day)) !== periodOf(day)) lasts++;
  }
  return Math.max(firsts, lasts, largest(places.values())) >= days.length * NEARLY_ALL;
}

/** Weeks from Monday to Sunday. */
function weekOf(day: Day): number {
  return Math.floor((day + 3) / 7);
}

function monthOf(day: Day): string {
  return formatDay(day).slice(0, 7);
}

/** Months since the year 0. */
function monthsOf(day: Day): number {
  const [year, month] = monthOf(day).split('-').map(Number);
  return (year ?? 0) * 12 + (month ?? 0);
}

function dayOfMonth(day: Day): number {
  return Number(formatDay(day).slice(8));
}
