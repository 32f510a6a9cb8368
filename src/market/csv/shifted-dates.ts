import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { type Day, type DayRange, formatDay } from '../../core/session/day.ts';
import { malformed } from './records.ts';

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
type Values = Pick<Bars, 'close' | 'volume'>;

/** Days, each once, of rows that tell of trading. */
interface Told {
  readonly days: number;
  /** Those of them without a session. */
  readonly closed: number;
}

/**
 * Refuses rows of whose dates a part, in the whole file or a stretch of it, lies on days without a session, and would not if
 * all were some days later or earlier: Sunday to Thursday are Monday to Friday, shifted by a day. Holidays with a vendor's
 * filler, a special session or another week than the calendar's do not look so: moved, they leave as many on closed days.
 * Throws `usage`.
 */
export function assertNotShifted(
  path: string,
  dates: readonly Day[],
  rows: Values,
  calendar: Calendar,
): void {
  assertDaysNotShifted(path, rowsThatTell(dates, rows, calendar), calendar);
}

/** The same of the days of rows that tell of trading. */
export function assertDaysNotShifted(path: string, told: readonly Day[], calendar: Calendar): void {
  for (const part of [told, ...stretchesOf(told)]) {
    const given = toldOf(part, 0, calendar);
    const shift = SHIFTS.find((by) => isOdd(given) && isBetter(toldOf(part, by, calendar), given));
    if (shift === undefined) continue;
    const since = part === told ? '' : ` from ${formatDay(part[0] ?? 0)} on`;
    const by = Math.abs(shift) === 1 ? 'one day' : `${Math.abs(shift)} days`;
    const seen = `${given.closed} of ${given.days} dates${since} are no sessions of ${calendar.id}`;
    const fits = `${toldOf(part, shift, calendar).closed === 0 ? 'all' : 'nearly all'} would be ${by} ${shift > 0 ? 'later' : 'earlier'}`;
    const way = 'its dates seem to be shifted: correct them, or rename the file if it is of another exchange';
    throw malformed(path, null, `${seen}, and ${fits}; ${way}`);
  }
}

function stretchesOf(days: readonly Day[]): (readonly Day[])[] {
  const count = Math.ceil(days.length / STRETCH);
  return Array.from({ length: count }, (_, i) => days.slice(i * STRETCH, (i + 1) * STRETCH));
}

/** Other dates of the same rows where they lie on sessions and the given ones do not, else the given ones. */
export function otherIfExplained(dates: Day[], others: () => Day[], rows: Values, calendar: Calendar): Day[] {
  const given = toldOf(rowsThatTell(dates, rows, calendar), 0, calendar);
  if (!isOdd(given)) return dates;
  const other = others();
  return isBetter(toldOf(rowsThatTell(other, rows, calendar), 0, calendar), given) ? other : dates;
}

function isOdd({ closed, days }: Told): boolean {
  return closed >= LEAST_CLOSED && closed >= days * LEAST_PART;
}

function isBetter(other: Told, given: Told): boolean {
  return other.closed <= given.closed * LEFT_OVER;
}

/** The dates of which the calendar is sure, ascending, each once, but those of rows that a vendor filled in. */
function rowsThatTell(dates: readonly Day[], { close, volume }: Values, calendar: Calendar): readonly Day[] {
  const told = new DaysThatTell(calendar);
  for (const [i, day] of dates.entries()) told.add(day, close[i] as number, volume[i] as number);
  return told.days();
}

/** The dates of rows that were traded, of which the calendar is sure. */
export class DaysThatTell {
  readonly #reliable: DayRange;
  #days: Day[] = [];
  #isAscending = true;
  /** The last row, of which the next one tells, and the close before it. */
  #day = Number.NaN;
  #close = Number.NaN;
  #volume = Number.NaN;
  #closeBefore = Number.NaN;

  constructor({ reliable }: Calendar) {
    this.#reliable = reliable;
  }

  /** Adds a row, beside its neighbour in time. */
  add(day: Day, close: number, volume: number): void {
    this.#tell(close);
    this.#closeBefore = this.#close;
    [this.#day, this.#close, this.#volume] = [day, close, volume];
  }

  /** Ascending, each once. */
  days(): readonly Day[] {
    this.#tell(Number.NaN);
    this.#day = Number.NaN;
    return this.#isAscending ? this.#days : [...new Set(this.#days)].toSorted((a, b) => a - b);
  }

  /** Notes the day of the last row, unless it has no price, or no volume and the close of a neighbour. */
  #tell(closeAfter: number): void {
    const [day, close] = [this.#day, this.#close];
    const { from, to } = this.#reliable;
    if (!(from + 2 <= day && day < to - 2) || Number.isNaN(close)) return;
    if (this.#volume === 0 && (close === this.#closeBefore || close === closeAfter)) return;
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
