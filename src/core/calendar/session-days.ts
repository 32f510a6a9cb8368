import { type Day, type DayRange, parseDay } from '../session/day.ts';
import { BackfillError } from '../errors.ts';
import {
  type CalendarFacts,
  parseClosures,
  extraHours,
  inForce,
  type Rule,
  rulesOf,
  weekdayOf,
} from './facts.ts';

/** In days. What an exchange has not done for so long is none of its habits. */
const TWENTY_YEARS = 7305;

/**
 * Which days are sessions: those of the week in force that are not closed, and extra ones. Answers for every day, however
 * far from the facts.
 */
export class SessionDays {
  readonly #weeks: readonly Rule<string>[];
  /** 1 for each session of the days that the facts speak of, from `#first` on; around them only the week tells. */
  readonly #sessions: Uint8Array;
  readonly #first: Day;
  /** Days of the week on which there were extra sessions of late. */
  readonly #extraWeekdays: ReadonlySet<number>;
  /** By day from `#first` on, and for the day after the last: the sessions before it. Made when first needed. */
  #counts: Int32Array | undefined;

  constructor({ weeks, closures, extraSessions = '', reliable }: CalendarFacts) {
    this.#weeks = rulesOf(weeks, ([mask = '']) => mask);
    const closed = parseClosures(closures);
    const extra = [...extraHours(extraSessions).keys()];
    const days = [...this.#weeks.map(({ from }) => from), ...closed, ...extra].toSorted((a, b) => a - b);
    const end = (days.at(-1) ?? -1) + 1;
    this.#first = days[0] ?? 0;
    this.#sessions = new Uint8Array(Math.max(0, end - this.#first));
    this.#fillWeeks(end);
    for (const day of closed) this.#sessions[day - this.#first] = 0;
    for (const day of extra) this.#sessions[day - this.#first] = 1;
    const since = reliable === null ? -Infinity : parseDay(reliable.through) - TWENTY_YEARS;
    this.#extraWeekdays = new Set(extra.filter((day) => day >= since).map(weekdayOf));
  }

  isSession(day: Day): boolean {
    const known = this.#sessions[day - this.#first];
    return known === undefined ? this.#isInWeek(day) : known === 1;
  }

  /** Whether neither the week in force nor, of late, an extra session ever fell on a day of the week. */
  isIdleWeekday(day: Day): boolean {
    return !this.#isInWeek(day) && !this.#extraWeekdays.has(weekdayOf(day));
  }

  /** Sessions within `[from, to)`, ascending. */
  within(range: DayRange): Day[] {
    const to = wholeDay(range.to);
    const days: Day[] = [];
    for (let day = wholeDay(range.from); day < to; day++) if (this.isSession(day)) days.push(day);
    return days;
  }

  /** Sessions within `[from, to)`, by two look-ups. */
  count({ from, to }: DayRange): number {
    return Math.max(0, this.#countBefore(wholeDay(to)) - this.#countBefore(wholeDay(from)));
  }

  /** First session on or after a day. */
  onOrAfter(day: Day): Day {
    let found = wholeDay(day);
    while (!this.isSession(found)) found++;
    return found;
  }

  /** Last session on or before a day. */
  onOrBefore(day: Day): Day {
    let found = wholeDay(day);
    while (!this.isSession(found)) found--;
    return found;
  }

  /** Weekday by weekday: a look at the rules for each day would take as long as all the rest of a first use. */
  #fillWeeks(end: Day): void {
    for (const [i, rule] of this.#weeks.entries()) {
      const from = i === 0 ? this.#first : rule.from;
      const to = this.#weeks[i + 1]?.from ?? end;
      for (let first = from; first < from + 7; first++) {
        if (rule.value[weekdayOf(first)] !== '1') continue;
        for (let day = first; day < to; day += 7) this.#sessions[day - this.#first] = 1;
      }
    }
  }

  /** Sessions from `#first` until before a day; below zero for the days before `#first`. */
  #countBefore(day: Day): number {
    const counts = (this.#counts ??= countsOf(this.#sessions));
    const end = this.#first + this.#sessions.length;
    if (day < this.#first) return -countInWeek(this.#weeks[0], day, this.#first);
    if (day > end) return (counts.at(-1) ?? 0) + countInWeek(this.#weeks.at(-1), end, day);
    return counts[day - this.#first] ?? 0;
  }

  #isInWeek(day: Day): boolean {
    return inForce(this.#weeks, day)?.[weekdayOf(day)] === '1';
  }
}

/** How many sessions there are before each of some days, and after them all. */
function countsOf(sessions: Uint8Array): Int32Array {
  const counts = new Int32Array(sessions.length + 1);
  for (const [i, session] of sessions.entries()) counts[i + 1] = (counts[i] ?? 0) + session;
  return counts;
}

/** Sessions of a week that goes on for all days in `[from, to)`. */
function countInWeek(week: Rule<string> | undefined, from: Day, to: Day): number {
  const mask = week?.value ?? '';
  const weeks = Math.floor((to - from) / 7);
  let count = weeks * mask.replaceAll('0', '').length;
  for (let day = from + 7 * weeks; day < to; day++) if (mask[weekdayOf(day)] === '1') count++;
  return count;
}

/** Stepping from anything else (an unbounded range, NaN) would never end. */
function wholeDay(day: Day): Day {
  if (!Number.isSafeInteger(day))
    throw new BackfillError('internal', `${day} is not a day to look for sessions from`);
  return day;
}
