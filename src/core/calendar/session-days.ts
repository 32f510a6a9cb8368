import type { Day, DayRange } from '../day.ts';
import { BackfillError } from '../errors.ts';
import {
  type CalendarFacts,
  type Rule,
  closedDays,
  extraHours,
  ruleInForce,
  rulesOf,
  weekdayOf,
} from './facts.ts';

const CLOSED = 1;
const EXTRA = 2;

/**
 * Which days are sessions: those of the week in force that are not closed, and extra ones. Answers for every day, however
 * far from the facts.
 */
export class SessionDays {
  readonly #weeks: readonly Rule[];
  /** `CLOSED` or `EXTRA` for each day that is not as its week says, from `#first` on. */
  readonly #exceptions: Uint8Array;
  readonly #first: Day;

  constructor({ weeks, closures, extraSessions }: CalendarFacts) {
    const closed = closedDays(closures);
    const extra = [...extraHours(extraSessions).keys()];
    const days = [...closed, ...extra].toSorted((a, b) => a - b);
    this.#weeks = rulesOf(weeks);
    this.#first = days[0] ?? 0;
    this.#exceptions = new Uint8Array((days.at(-1) ?? this.#first) - this.#first + 1);
    for (const day of closed) this.#exceptions[day - this.#first] = CLOSED;
    for (const day of extra) this.#exceptions[day - this.#first] = EXTRA;
  }

  isSession(day: Day): boolean {
    const exception = this.#exceptions[day - this.#first];
    if (exception === EXTRA) return true;
    return exception !== CLOSED && ruleInForce(this.#weeks, day)?.words[0]?.[weekdayOf(day)] === '1';
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
}

/** Stepping from anything else (an unbounded range, NaN) would never end. */
function wholeDay(day: Day): Day {
  if (!Number.isSafeInteger(day))
    throw new BackfillError('internal', `${day} is not a day to look for sessions from`);
  return day;
}
