import { BackfillError } from '../errors.ts';
import { quoted } from '../quoted.ts';

/** Whole days since 1970-01-01 in the proleptic Gregorian calendar: the number form of a session date. */
export type Day = number;

/** Days from `from` (inclusive) to `to` (exclusive). */
export interface DayRange {
  readonly from: Day;
  readonly to: Day;
}

export const MS_PER_DAY = 86_400_000;

/** Parses `YYYY-MM-DD`. Throws `invalid-date` for anything else, impossible dates (2025-02-30) included. */
export function parseDay(text: string): Day {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw new BackfillError('invalid-date', `${quoted(text)} is not a date; write it as YYYY-MM-DD`);
  }
  return ms / MS_PER_DAY;
}

/**
 * The day of a year, a month from 1 on and a date; the 31st of a month of 30 days is the first of the next. `Date.UTC` takes
 * the years 0 to 99 for those of the last century.
 */
export function dayOn(year: number, month: number, date: number): Day {
  return new Date(0).setUTCFullYear(year, month - 1, date) / MS_PER_DAY;
}

/** The calendar month that a day lies in. */
export function monthOf(day: Day): DayRange {
  const date = new Date(day * MS_PER_DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  return { from: dayOn(year, month, 1), to: dayOn(year, month + 1, 1) };
}

/** Texts of days, of which there are few: the same ones are named for every series. */
const texts = new Map<Day, string>();

/** `YYYY-MM-DD` of a day. */
export function formatDay(day: Day): string {
  let text = texts.get(day);
  if (text === undefined) texts.set(day, (text = new Date(day * MS_PER_DAY).toISOString().slice(0, 10)));
  return text;
}

const YEAR_0 = Date.parse('0000-01-01T00:00:00Z');
const YEAR_10000 = YEAR_0 + 3_652_425 * MS_PER_DAY;

/** Whether an instant (ms since the epoch) has a date that can be written, one of the years 0000 to 9999; NaN has none. */
export function hasDate(instant: number): boolean {
  return instant >= YEAR_0 && instant < YEAR_10000;
}

/** The UTC day that contains an instant (ms since the epoch). */
export function utcDayOf(instant: number): Day {
  return Math.floor(instant / MS_PER_DAY);
}

/** Midnight UTC at the start of a day, ms since the epoch. */
export function startOfDay(day: Day): number {
  return day * MS_PER_DAY;
}
