import { type Day, type DayRange, formatDay, parseDay } from '../session/day.ts';
import { BackfillError } from '../errors.ts';
import type { Calendar, CalendarKind, Session } from './calendar.ts';
import type { CalendarFacts } from './facts.ts';
import { SessionDays } from './session-days.ts';
import { SessionHours } from './session-hours.ts';
import { Zone } from './zone.ts';

/**
 * A calendar over an exchange's facts. Where they end it goes on by the week and the hours nearest in time, so
 * every day has an answer; `reliable` says which answers were checked.
 */
export class ExchangeCalendar implements Calendar {
  readonly id: string;
  readonly kind: CalendarKind;
  readonly zone: string;
  readonly advisory: boolean;
  readonly reliable: DayRange;
  readonly #zone: Zone;
  readonly #days: SessionDays;
  readonly #hours: SessionHours;

  constructor(facts: CalendarFacts) {
    this.id = facts.id;
    this.kind = facts.kind ?? 'exchange';
    this.zone = facts.zone;
    this.advisory = facts.reliable === null;
    this.reliable = facts.reliable
      ? { from: parseDay(facts.reliable.from), to: parseDay(facts.reliable.through) + 1 }
      : { from: 0, to: 0 };
    this.#zone = new Zone(facts.zone);
    this.#days = new SessionDays(facts);
    this.#hours = new SessionHours(facts, this.#zone);
  }

  isSession(day: Day): boolean {
    return this.#days.isSession(day);
  }

  isIdleWeekday(day: Day): boolean {
    return this.#days.isIdleWeekday(day);
  }

  sessions(range: DayRange): Day[] {
    return this.#days.within(range);
  }

  count(days: readonly DayRange[]): number {
    return days.reduce((sum, range) => sum + this.#days.count(range), 0);
  }

  sessionOnOrAfter(day: Day): Day {
    return this.#days.onOrAfter(day);
  }

  sessionOnOrBefore(day: Day): Day {
    return this.#days.onOrBefore(day);
  }

  nextSession(day: Day): Day {
    return this.#days.onOrAfter(day + 1);
  }

  previousSession(day: Day): Day {
    return this.#days.onOrBefore(day - 1);
  }

  session(day: Day): Session {
    if (!this.isSession(day))
      throw new BackfillError('internal', `${formatDay(day)} is no session of ${this.id}`);
    return this.#hours.on(day);
  }

  sessionAt(instant: number): Day | undefined {
    const day = this.localDay(instant);
    if (!this.isSession(day)) return undefined;
    const { open, close } = this.#hours.on(day);
    return open <= instant && instant < close ? day : undefined;
  }

  localDay(instant: number): Day {
    return this.#zone.localDay(instant);
  }

  lastSettled(now: number, settleDelayMs: number): Day {
    const settledBy = now - settleDelayMs;
    let day = this.sessionOnOrBefore(this.localDay(settledBy));
    while (this.#hours.on(day).close > settledBy) day = this.previousSession(day);
    return day;
  }

  lastSessions(last: Day, count: number): DayRange {
    if (!Number.isSafeInteger(count))
      throw new BackfillError('internal', `${count} is no number of sessions`);
    let from = last + 1;
    for (let left = count; left > 0; left--) from = this.previousSession(from);
    return { from, to: last + 1 };
  }
}
