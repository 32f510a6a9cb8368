import { type Day, parseDay } from '../day.ts';
import type { Session } from './calendar.ts';
import { type CalendarFacts, exceptionalTimes, minutesOf } from './facts.ts';
import type { Zone } from './zone.ts';

/** Something that holds from a day on. */
interface Rule<T> {
  readonly from: Day;
  readonly value: T;
}

/** Opens, closes and lunch breaks of an exchange's sessions, with their history and exceptions. */
export class SessionHours {
  readonly #zone: Zone;
  readonly #open: readonly Rule<number>[];
  readonly #close: readonly Rule<number>[];
  readonly #breaks: readonly Rule<{ readonly start: number; readonly end: number }>[];
  readonly #earlyCloses: ReadonlyMap<Day, number>;
  readonly #lateOpens: ReadonlyMap<Day, number>;

  constructor(facts: CalendarFacts, zone: Zone) {
    this.#zone = zone;
    this.#open = facts.open.map(([from, time]) => ({ from: parseDay(from), value: minutesOf(time) }));
    this.#close = facts.close.map(([from, time]) => ({ from: parseDay(from), value: minutesOf(time) }));
    this.#breaks = facts.breaks.map(([from, start, end]) => ({
      from: parseDay(from),
      value: { start: minutesOf(start), end: minutesOf(end) },
    }));
    this.#earlyCloses = exceptionalTimes(facts.earlyCloses);
    this.#lateOpens = exceptionalTimes(facts.lateOpens);
  }

  /** The instants of a day, taken to be a session. An early close at or before the lunch break leaves no break. */
  on(day: Day): Session {
    const open = this.#lateOpens.get(day) ?? inForce(this.#open, day) ?? 0;
    const close = this.#earlyCloses.get(day) ?? inForce(this.#close, day) ?? 0;
    const lunch = inForce(this.#breaks, day);
    const at = (minutes: number): number => this.#zone.instantOf(day, minutes);
    return {
      day,
      open: at(open),
      close: at(close),
      lunch: lunch && lunch.start < close ? { start: at(lunch.start), end: at(lunch.end) } : null,
    };
  }
}

/** The last rule that began by a day; before the first one, the first. Rules are few: a scan is as quick as a search. */
function inForce<T>(rules: readonly Rule<T>[], day: Day): T | undefined {
  return (rules.findLast((rule) => rule.from <= day) ?? rules[0])?.value;
}
