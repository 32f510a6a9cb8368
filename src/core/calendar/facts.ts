import { type Day, parseDay } from '../day.ts';

/** What is known of an exchange's trading days and hours. Days are `YYYY-MM-DD`, times are local, `HH:MM`, up to `24:00`. */
export interface CalendarFacts {
  readonly id: string;
  /** IANA time zone of the session dates and of every time below. */
  readonly zone: string;
  /** `1` for each day of the week, Monday first, that is a session unless it is closed. */
  readonly weekmask: string;
  /** Days on which the facts were checked, both inclusive; null where they are a guess. */
  readonly reliable: { readonly from: string; readonly through: string } | null;
  /** Regular open: `[first day, time]`, ascending. The first one holds for earlier days too. */
  readonly open: readonly (readonly [from: string, time: string])[];
  /** Regular end of continuous trading, as `open`. */
  readonly close: readonly (readonly [from: string, time: string])[];
  /** Lunch break: `[first day, start, end]`, ascending; none at all if empty. */
  readonly breaks: readonly (readonly [from: string, start: string, end: string])[];
  /** Closed days of the week mask: lines of `YYYY MM-DD MM-DD …`. */
  readonly closures: string;
  /** Sessions that end early: lines of `YYYY HH:MM MM-DD MM-DD …`. */
  readonly earlyCloses: string;
  /** Sessions that begin late, as `earlyCloses`. */
  readonly lateOpens: string;
}

/** Days of the lines `YYYY MM-DD MM-DD …`. */
export function closedDays(text: string): Day[] {
  return wordsByLine(text).flatMap(([year, ...dates]) => dates.map((date) => parseDay(`${year}-${date}`)));
}

/** Minutes after local midnight by day, of the lines `YYYY HH:MM MM-DD MM-DD …`. */
export function exceptionalTimes(text: string): ReadonlyMap<Day, number> {
  return new Map(
    wordsByLine(text).flatMap(([year, time = '', ...dates]) =>
      dates.map((date): [Day, number] => [parseDay(`${year}-${date}`), minutesOf(time)]),
    ),
  );
}

/** Minutes after midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function wordsByLine(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .filter((words) => words.length > 1);
}
