// Contract of the trading calendars; the implementation is built over the embedded facts in `data/`.
import type { Day, DayRange } from '../session/day.ts';

/** One trading day of an exchange, with its instants in ms since the epoch, UTC. */
export interface Session {
  readonly day: Day;
  /** First instant of regular trading. */
  readonly open: number;
  /** End of trading (exclusive); an early close is already in it. */
  readonly close: number;
  /** Lunch break as `[start, end)`, or null. */
  readonly lunch: { readonly start: number; readonly end: number } | null;
  /** From then to the close nothing trades but one print at the end (Tokyo 15:25); null where trading goes on. */
  readonly closingCall: number | null;
  /** False where the hours are only advice: nothing that lies outside them is ever an error. */
  readonly reliable: boolean;
}

/**
 * What trades by a calendar: instruments of an exchange, currencies (every working day of the world), or what never
 * closes, such as crypto. Only the first have splits and dividends.
 */
export type CalendarKind = 'exchange' | 'currencies' | 'always';

/** Whether what trades by a calendar can have splits and dividends. */
export function hasActions({ kind }: Pick<Calendar, 'kind'>): boolean {
  return kind === 'exchange';
}

/** Sessions of one exchange. Days are session dates in the exchange's own zone. */
export interface Calendar {
  /**
   * MIC (`XNYS`), `24-7`, `24-5-FX`; for tickers without a known calendar `weekdays:` and their zone
   * (`weekdays:Asia/Qatar`), or `weekdays` where not even that is known.
   */
  readonly id: string;
  readonly kind: CalendarKind;
  /** IANA zone of the session date and of the local hours. */
  readonly zone: string;
  /** True where the calendar is a guess: nothing that it expects is ever an error. */
  readonly advisory: boolean;
  /** Days on which the facts are reliable; before them they are advice, after them what was announced or is usual. */
  readonly reliable: DayRange;
  isSession(day: Day): boolean;
  /**
   * Whether nothing ever trades on a day of the week: the week in force has no session on it, and in their last twenty
   * years the facts have no extra one either. A holiday may be moved; such a day does not become a session unheard of.
   */
  isIdleWeekday(day: Day): boolean;
  /** Sessions within `[from, to)`, ascending. */
  sessions(range: DayRange): Day[];
  /** How many sessions lie in days, `[from, to)` each, without listing them. */
  count(days: readonly DayRange[]): number;
  /** First session on or after a day. */
  sessionOnOrAfter(day: Day): Day;
  /** Last session on or before a day. */
  sessionOnOrBefore(day: Day): Day;
  /** First session after a day. */
  nextSession(day: Day): Day;
  /** Last session before a day. */
  previousSession(day: Day): Day;
  /** Open, close and lunch of a session. Throws `internal` if the day is none. */
  session(day: Day): Session;
  /** The session whose regular hours, `[open, close)` with the lunch break included, hold an instant; else undefined. */
  sessionAt(instant: number): Day | undefined;
  /** The session date that an instant belongs to by the local date of the exchange's zone (session or not). */
  localDay(instant: number): Day;
  /** Last session that closed at least `settleDelayMs` before `now`. */
  lastSettled(now: number, settleDelayMs: number): Day;
  /** The `count` sessions that end with `last` (a session), as `[from, to)`. */
  lastSessions(last: Day, count: number): DayRange;
}
