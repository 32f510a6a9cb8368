import type { Bars } from '../bars/columns.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { type Day, formatDay } from '../session/day.ts';
import { closedDay } from './closed-days.ts';

/** Days by which dates go wrong: one between two clocks, two in spreadsheets whose days count from 1900. */
const SHIFTS = [1, -1, 2, -2];

/** Closed days with a row, and their part of all days, from which on they are no strays: of a shifted week they are a fifth. */
const LEAST_CLOSED = 2;
const LEAST_PART = 0.12;

/** Another reading explains them if it leaves so much of them at most. */
const LEFT_OVER = 0.1;

/** Dates that are looked at by themselves: a clock that is changed in summer shifts the dates of summer alone. */
const STRETCH = 20;

/** What of rows shows whether they were traded. */
export type Values = Pick<Bars, 'close' | 'volume'>;

/** Days, each once, of rows that tell of trading. */
interface Told {
  readonly days: number;
  /** Those of them without a session. */
  readonly closed: number;
}

/**
 * How dates seem to be shifted of which a part, in all of them or in a stretch, lies on days without a session, and would not if
 * all were some days later or earlier: Sunday to Thursday are Monday to Friday, shifted by a day. Holidays with a vendor's
 * filler, a special session or another week than the calendar's do not look so: moved, they leave as many on closed days.
 * `5 of 23 dates are no sessions of XNYS, and all would be one day earlier`; undefined where they do not. `told`: ascending,
 * each once, see `rowsThatTell`.
 */
export function shiftSeenIn(told: readonly Day[], calendar: Calendar): string | undefined {
  for (const part of [told, ...stretchesOf(told)]) {
    const given = toldOf(part, 0, calendar);
    const shift = SHIFTS.find((by) => isOdd(given) && isBetter(toldOf(part, by, calendar), given));
    if (shift === undefined) continue;
    const since = part === told ? '' : ` from ${formatDay(part[0] ?? 0)} on`;
    const by = Math.abs(shift) === 1 ? 'one day' : `${Math.abs(shift)} days`;
    const seen = `${given.closed} of ${given.days} dates${since} are no sessions of ${calendar.id}`;
    const all = toldOf(part, shift, calendar).closed === 0 ? 'all' : 'nearly all';
    return `${seen}, and ${all} would be ${by} ${shift > 0 ? 'later' : 'earlier'}`;
  }
  return undefined;
}

/** Whether other dates of rows lie on sessions and the given ones do not: they explain them. Both as of `rowsThatTell`. */
export function areBetterDays(
  others: () => readonly Day[],
  told: readonly Day[],
  calendar: Calendar,
): boolean {
  const given = toldOf(told, 0, calendar);
  return isOdd(given) && isBetter(toldOf(others(), 0, calendar), given);
}

function stretchesOf(days: readonly Day[]): (readonly Day[])[] {
  const count = Math.ceil(days.length / STRETCH);
  return Array.from({ length: count }, (_, i) => days.slice(i * STRETCH, (i + 1) * STRETCH));
}

function isOdd({ closed, days }: Told): boolean {
  return closed >= LEAST_CLOSED && closed >= days * LEAST_PART;
}

function isBetter(other: Told, given: Told): boolean {
  return other.closed <= given.closed * LEFT_OVER;
}

/** The dates of which the calendar is sure, ascending, each once, but those of rows that a vendor filled in. */
export function rowsThatTell(
  dates: ArrayLike<Day>,
  { close, volume }: Values,
  calendar: Calendar,
): readonly Day[] {
  const told = new DaysThatTell(calendar);
  for (let i = 0; i < dates.length; i++) told.add(dates[i] as Day, close[i] as number, volume[i] as number);
  return told.days();
}

/** The dates of rows that were traded, of which the calendar is sure: after its facts those of a week-end are it too. */
export class DaysThatTell {
  readonly #calendar: Calendar;
  #days: Day[] = [];
  #isAscending = true;
  /** The last row, of which the next one tells, and the one before it. */
  #day = Number.NaN;
  #close = Number.NaN;
  #volume = Number.NaN;
  #dayBefore = Number.NaN;
  #closeBefore = Number.NaN;
  #volumeBefore = Number.NaN;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** Adds a row, beside its neighbour in time. */
  add(day: Day, close: number, volume: number): void {
    this.#tell(close);
    [this.#dayBefore, this.#closeBefore, this.#volumeBefore] = [this.#day, this.#close, this.#volume];
    [this.#day, this.#close, this.#volume] = [day, close, volume];
  }

  /** Ascending, each once. */
  days(): readonly Day[] {
    this.#tell(Number.NaN);
    this.#day = Number.NaN;
    return this.#isAscending ? this.#days : [...new Set(this.#days)].toSorted((a, b) => a - b);
  }

  /** Notes the day of the last row, unless it has no price, or no volume and the close of a neighbour, or both of a row of the day before. */
  #tell(closeAfter: number): void {
    const [day, close] = [this.#day, this.#close];
    const { advisory, reliable } = this.#calendar;
    if (advisory || !(reliable.from + 2 <= day) || Number.isNaN(close)) return;
    if (closedDay(day, this.#calendar) === 'expected') return;
    const isCopy = close === this.#closeBefore && this.#volume === this.#volumeBefore;
    if (isCopy && this.#dayBefore !== day) return;
    if (!(this.#volume > 0) && (close === this.#closeBefore || close === closeAfter)) return;
    const last = this.#days.at(-1);
    if (last === day) return;
    this.#isAscending &&= last === undefined || day > last;
    this.#days.push(day);
  }
}

function toldOf(days: readonly Day[], shift: number, calendar: Calendar): Told {
  let closed = 0;
  for (const day of days) if (!calendar.isSession(day + shift)) closed++;
  return { days: days.length, closed };
}
