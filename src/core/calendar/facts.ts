import type { CalendarKind } from './calendar.ts';
import { type Day, parseDay } from '../session/day.ts';

/**
 * What is known of an exchange's trading days and hours, as text that is read when the exchange is first asked for. Times
 * are local, `HH:MM`, up to `24:00`. A rule is a line of its first day and what holds from then on
 * (`2011-03-07 09:30`); the first one holds for earlier days too, unless it says otherwise. Rules ascend.
 */
export interface CalendarFacts {
  readonly id: string;
  /** Default: `exchange`. */
  readonly kind?: CalendarKind;
  /** IANA time zone of the session dates and of every time below. */
  readonly zone: string;
  /** Rules of the week: `1` for each day, Monday first, that is a session unless it is closed. */
  readonly weeks: string;
  /** Days on which the facts were checked, both inclusive; null where they are a guess. */
  readonly reliable: { readonly from: string; readonly through: string } | null;
  /** From when on the hours were checked; if it is not given, as the days. */
  readonly hoursReliableFrom?: string;
  /** Rules of the regular open. */
  readonly open: string;
  /** Rules of the regular end of trading. */
  readonly close: string;
  /** Rules of the closes of one day of the week, before `close`: `2026-01-05 Fri 13:50`. */
  readonly weekdayCloses?: string;
  /** Rules of the time from which to the close nothing trades but one print at the end; none before the first rule. */
  readonly closingCall?: string;
  /** Rules of the lunch break: `2012-03-05 12:00 13:00`, or `2000-05-22 none`; none at all if empty. */
  readonly breaks: string;
  /** Rules of the lunch breaks of one day of the week, before `breaks`: `2023-04-03 Fri 11:30 14:00`. */
  readonly weekdayBreaks?: string;
  /** Closed days of the week's: lines of `YYYY MM-DD MM-DD …`. */
  readonly closures: string;
  /** Sessions that end early: lines of `YYYY HH:MM MM-DD MM-DD …`. */
  readonly earlyCloses: string;
  /** Sessions that begin late, as `earlyCloses`. */
  readonly lateOpens: string;
  /** Sessions that end late, as `earlyCloses`. */
  readonly lateCloses?: string;
  /**
   * Sessions with hours of their own, whatever the week and the closures say, without a break or a closing call: lines of
   * `YYYY HH:MM HH:MM MM-DD MM-DD …`.
   */
  readonly extraSessions?: string;
}

/** Something that holds from a day on. */
export interface Rule<T> {
  readonly from: Day;
  readonly value: T;
}

/** The rules of the lines `YYYY-MM-DD …`; `valueOf` reads the words after the date. */
export function rulesOf<T>(text: string, valueOf: (words: readonly string[]) => T): Rule<T>[] {
  return wordsByLine(text).map(([from = '', ...words]) => ({ from: parseDay(from), value: valueOf(words) }));
}

/**
 * What the last rule says that began by a day; before the first one, the first. Rules are few: a scan is as quick as a
 * search.
 */
export function inForce<T>(rules: readonly Rule<T>[], day: Day): T | undefined {
  for (let i = rules.length - 1; i > 0; i--) {
    const rule = rules[i];
    if (rule !== undefined && rule.from <= day) return rule.value;
  }
  return rules[0]?.value;
}

/** Days of the lines `YYYY MM-DD MM-DD …`. */
export function parseClosures(text: string): Day[] {
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

/** A stretch of a day, `[start, end)`, in minutes after local midnight. */
export interface Hours {
  readonly start: number;
  readonly end: number;
}

/** Hours by day, of the lines `YYYY HH:MM HH:MM MM-DD MM-DD …`. */
export function extraHours(text: string): ReadonlyMap<Day, Hours> {
  return new Map(
    wordsByLine(text).flatMap(([year, start = '', end = '', ...dates]) =>
      dates.map((date): [Day, Hours] => [
        parseDay(`${year}-${date}`),
        { start: minutesOf(start), end: minutesOf(end) },
      ]),
    ),
  );
}

/** Minutes after midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** 0 for Monday to 6 for Sunday; the epoch was a Thursday. */
export function weekdayOf(day: Day): number {
  return ((day % 7) + 10) % 7;
}

function wordsByLine(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .filter((words) => words.length > 1);
}
