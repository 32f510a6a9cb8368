import type { Day, DayRange } from '../day.ts';
import { BackfillError } from '../errors.ts';

/** Which days are sessions: those of a week mask that are not closed. Answers for every day, however far from the facts. */
export class SessionDays {
  readonly #weekmask: string;
  /** 1 for each closed day, from `#first` on. */
  readonly #closed: Uint8Array;
  readonly #first: Day;

  /** `weekmask`: see `CalendarFacts`; `closures`: ascending. */
  constructor(weekmask: string, closures: readonly Day[]) {
    this.#weekmask = weekmask;
    this.#first = closures[0] ?? 0;
    this.#closed = new Uint8Array((closures.at(-1) ?? this.#first) - this.#first + 1);
    for (const day of closures) this.#closed[day - this.#first] = 1;
  }

  isSession(day: Day): boolean {
    return this.#weekmask[weekdayOf(day)] === '1' && this.#closed[day - this.#first] !== 1;
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

/** 0 for Monday to 6 for Sunday; the epoch was a Thursday. */
function weekdayOf(day: Day): number {
  return ((day % 7) + 10) % 7;
}

/** Stepping from anything else (an unbounded range, NaN) would never end. */
function wholeDay(day: Day): Day {
  if (!Number.isSafeInteger(day))
    throw new BackfillError('internal', `${day} is not a day to look for sessions from`);
  return day;
}
