import { type Day, parseDay } from '../day.ts';
import type { Session } from './calendar.ts';
import { type CalendarFacts, exceptionalTimes, extraHours, minutesOf } from './facts.ts';
import { type Rule, ruleInForce, rulesOf, weekdayOf } from './facts.ts';
import type { Zone } from './zone.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Opens, closes and lunch breaks of an exchange's sessions, with their history and exceptions. */
export class SessionHours {
  readonly #zone: Zone;
  readonly #reliableFrom: Day;
  readonly #open: readonly Rule[];
  readonly #close: WeekdayRules;
  readonly #breaks: WeekdayRules;
  readonly #closingCall: readonly Rule[];
  readonly #lateOpens: ReadonlyMap<Day, number>;
  readonly #closes: ReadonlyMap<Day, number>;
  readonly #extra: ReturnType<typeof extraHours>;

  constructor(facts: CalendarFacts, zone: Zone) {
    const from = facts.hoursReliableFrom ?? facts.reliable?.from;
    this.#zone = zone;
    this.#reliableFrom = from === undefined ? Number.POSITIVE_INFINITY : parseDay(from);
    this.#open = rulesOf(facts.open);
    this.#close = new WeekdayRules(facts.close, facts.weekdayCloses);
    this.#breaks = new WeekdayRules(facts.breaks, facts.weekdayBreaks);
    this.#closingCall = rulesOf(facts.closingCall);
    this.#lateOpens = exceptionalTimes(facts.lateOpens);
    this.#closes = new Map([...exceptionalTimes(facts.earlyCloses), ...exceptionalTimes(facts.lateCloses)]);
    this.#extra = extraHours(facts.extraSessions);
  }

  /** The instants of a day, taken to be a session. An early close at or before the lunch break leaves no break. */
  on(day: Day): Session {
    const extra = this.#extra.get(day);
    const open = extra?.open ?? this.#lateOpens.get(day) ?? first(ruleInForce(this.#open, day)?.words);
    const usualClose = first(this.#close.on(day));
    const close = extra?.close ?? this.#closes.get(day) ?? usualClose;
    const lunch = extra ? null : this.#lunchOn(day, close);
    const call = extra ? 0 : this.#callOn(day, usualClose);
    const at = (minutes: number): number => this.#zone.instantOf(day, minutes);
    return {
      day,
      open: at(open),
      close: at(close),
      lunch: lunch && { start: at(lunch.start), end: at(lunch.end) },
      closingCall: call === 0 ? null : at(close - call),
      reliable: day >= this.#reliableFrom,
    };
  }

  #lunchOn(day: Day, close: number): { start: number; end: number } | null {
    const [start = 'none', end = ''] = this.#breaks.on(day);
    if (start === 'none' || minutesOf(start) >= close) return null;
    return { start: minutesOf(start), end: minutesOf(end) };
  }

  /** Minutes that the closing call of a day takes, whenever that day ends. */
  #callOn(day: Day, usualClose: number): number {
    const rule = this.#closingCall.findLast(({ from }) => from <= day);
    return rule === undefined ? 0 : usualClose - first(rule.words);
  }
}

/** Rules that hold for every day of the week, and ones for single days of it, which go first. */
class WeekdayRules {
  readonly #every: readonly Rule[];
  readonly #byWeekday: readonly (readonly Rule[])[];

  constructor(every: string, single?: string) {
    const rules = rulesOf(single);
    this.#every = rulesOf(every);
    this.#byWeekday = WEEKDAYS.map((weekday) =>
      rules
        .filter(({ words }) => words[0] === weekday)
        .map(({ from, words }) => ({ from, words: words.slice(1) })),
    );
  }

  on(day: Day): readonly string[] {
    const single = ruleInForce(this.#byWeekday[weekdayOf(day)] ?? [], day);
    return (single ?? ruleInForce(this.#every, day))?.words ?? [];
  }
}

function first(words: readonly string[] = []): number {
  return minutesOf(words[0] ?? '00:00');
}
