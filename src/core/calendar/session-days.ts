import type { Day, DayRange } from '../day.ts';
import { BackfillError } from '../errors.ts';
import {
  type CalendarFacts,
  closedDays,
  extraHours,
  inForce,
  type Rule,
  rulesOf,
  weekdayOf,
} from './facts.ts';

/**
 * Which days are sessions: those of the week in force that are not closed, and extra ones. Answers for every day, however
 * far from the facts.
 */
export class SessionDays {
  readonly #weeks: readonly Rule<string>[];
  /** 1 for each session of the days that the facts speak of, from `#first` on; around them only the week tells. */
  readonly #sessions: Uint8Array;
  readonly #first: Day;

  constructor({ weeks, closures, extraSessions = '' }: CalendarFacts) {
    this.#weeks = rulesOf(weeks, ([mask = '']) => mask);
    const closed = closedDays(closures);
    const extra = [...extraHours(extraSessions).keys()];
    const days = [...this.#weeks.map(({ from }) => from), ...closed, ...extra].toSorted((a, b) => a - b);
    this.#first = days[0] ?? 0;
    this.#sessions = new Uint8Array((days.at(-1) ?? this.#first) - this.#first + 1);
    for (let i = 0; i < this.#sessions.length; i++)
      this.#sessions[i] = this.#isInWeek(this.#first + i) ? 1 : 0;
    for (const day of closed) this.#sessions[day - this.#first] = 0;
    for (const day of extra) this.#sessions[day - this.#first] = 1;
  }

  isSession(day: Day): boolean {
    const known = this.#sessions[day - this.#first];
    return known === undefined ? this.#isInWeek(day) : known === 1;
  }

  /** Sessions within `[from, to)`, ascending. */
  within(range: DayRange): Day[] {
    const to = wholeDay(range.to);
    const days: Day[] = [];
    for (let day = wholeDay(range.from); day < to; day++) if (this.isSession(day)) days.push(day);
    return days;
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

  #isInWeek(day: Day): boolean {
    return inForce(this.#weeks, day)?.[weekdayOf(day)] === '1';
  }
}

/** Stepping from anything else (an unbounded range, NaN) would never end. */
function wholeDay(day: Day): Day {
  if (!Number.isSafeInteger(day))
    throw new BackfillError('internal', `${day} is not a day to look for sessions from`);
  return day;
}
