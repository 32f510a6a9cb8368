import type { Calendar } from '../calendar/calendar.ts';
import type { Day } from '../session/day.ts';
import { closedDay } from './closed-days.ts';

/** Holidays with a row from which on they are no strays, and their part of all holidays that the rows span. */
const LEAST_HELD = 3;
const LEAST_PART = 0.5;

/** Holidays of an exchange on which rows tell of trading. */
export interface HeldHolidays {
  /** `rows on 8 of 9 holidays of XNYS`. */
  readonly seen: string;
  /** Those days, ascending. */
  readonly on: readonly Day[];
}

/**
 * How rows keep to another calendar than their exchange's, though to the same week: they go on over its holidays, as those of
 * another market do; undefined where they do not, or span too few of them to tell. `days`: those of rows that tell of trading,
 * ascending, each once.
 */
export function otherHolidaysSeenIn(days: readonly Day[], calendar: Calendar): HeldHolidays | undefined {
  const isHoliday = (day: Day): boolean =>
    !calendar.isIdleWeekday(day) && closedDay(day, calendar) === 'sure';
  const on = days.filter(isHoliday);
  const held = on.length;
  if (held < LEAST_HELD) return undefined;
  let holidays = 0;
  for (let day = days[0] as Day; day <= (days.at(-1) as Day); day++) if (isHoliday(day)) holidays++;
  return held < holidays * LEAST_PART
    ? undefined
    : { seen: `rows on ${held} of ${holidays} holidays of ${calendar.id}`, on };
}
