import { type Day, parseDay } from '../session/day.ts';
import type { Session } from './calendar.ts';
import {
  type CalendarFacts,
  exceptionalTimes,
  extraHours,
  type Hours,
  inForce,
  minutesOf,
  type Rule,
  rulesOf,
  weekdayOf,
} from './facts.ts';
import type { Zone } from './zone.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Opens, closes and lunch breaks of an exchange's sessions, with their history and exceptions. */
export class SessionHours {
  readonly #zone: Zone;
  readonly #reliableFrom: Day;
  readonly #open: readonly Rule<number>[];
  readonly #close: WeekdayRules<number>;
  readonly #breaks: WeekdayRules<Hours | null>;
  readonly #closingCall: readonly Rule<number>[];
  readonly #lateOpens: ReadonlyMap<Day, number>;
  readonly #closes: ReadonlyMap<Day, number>;
  readonly #extra: ReadonlyMap<Day, Hours>;

  constructor(facts: CalendarFacts, zone: Zone) {
    const from = facts.hoursReliableFrom ?? facts.reliable?.from;
    this.#zone = zone;
    this.#reliableFrom = from === undefined ? Number.POSITIVE_INFINITY : parseDay(from);
    this.#open = rulesOf(facts.open, timeOf);
    this.#close = new WeekdayRules(facts.close, facts.weekdayCloses, timeOf);
    this.#breaks = new WeekdayRules(facts.breaks, facts.weekdayBreaks, breakOf);
    this.#closingCall = rulesOf(facts.closingCall ?? '', timeOf);
    this.#lateOpens = exceptionalTimes(facts.lateOpens);
    this.#closes = new Map([
      ...exceptionalTimes(facts.earlyCloses),
      ...exceptionalTimes(facts.lateCloses ?? ''),
    ]);
    this.#extra = extraHours(facts.extraSessions ?? '');
  }

  /** The instants of a day, taken to be a session. There is no break but between the open and the close of that day. */
  on(day: Day): Session {
    const at = (minutes: number): number => this.#zone.instantOf(day, minutes);
    const reliable = day >= this.#reliableFrom;
    const extra = this.#extra.get(day);
    if (extra !== undefined) {
      return { day, open: at(extra.start), close: at(extra.end), lunch: null, closingCall: null, reliable };
    }
    const close = this.#closes.get(day) ?? this.#close.on(day) ?? 0;
    const open = this.#lateOpens.get(day) ?? inForce(this.#open, day) ?? 0;
    const lunch = this.#breaks.on(day);
    const call = this.#callOn(day);
    return {
      day,
      open: at(open),
      close: at(close),
      lunch:
        lunch && open < lunch.start && lunch.end < close
          ? { start: at(lunch.start), end: at(lunch.end) }
          : null,
      closingCall: call === null ? null : at(close - call),
      reliable,
    };
  }

  /** Minutes that the closing call of a day takes, whenever that day ends; null if it has none. */
  #callOn(day: Day): number | null {
    const [first] = this.#closingCall;
    if (first === undefined || day < first.from) return null;
    return (this.#close.usual(day) ?? 0) - (inForce(this.#closingCall, day) ?? 0);
  }
}

/** Rules that hold for every day of the week, and ones for single days of it, which go first. */
class WeekdayRules<T> {
  readonly #every: readonly Rule<T>[];
  /** By the day of the week, Monday first. */
  readonly #single: readonly (readonly Rule<T>[])[];

  constructor(every: string, single: string | undefined, valueOf: (words: readonly string[]) => T) {
    this.#every = rulesOf(every, valueOf);
    const rules = rulesOf(single ?? '', ([weekday, ...words]) => ({ weekday, value: valueOf(words) }));
    this.#single = WEEKDAYS.map((weekday) =>
      rules.filter((rule) => rule.value.weekday === weekday).map(({ from, value }) => ({ from, ...value })),
    );
  }

  on(day: Day): T | undefined {
    const single = this.#single[weekdayOf(day)] ?? [];
    return single.length === 0 ? this.usual(day) : inForce(single, day);
  }

  /** What holds where the day of the week has no rule of its own. */
  usual(day: Day): T | undefined {
    return inForce(this.#every, day);
  }
}

function timeOf([time = '']: readonly string[]): number {
  return minutesOf(time);
}

function breakOf([start = '', end = '']: readonly string[]): Hours | null {
  return start === 'none' ? null : { start: minutesOf(start), end: minutesOf(end) };
}
