import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { type Day, type DayRange, formatDay, parseDay } from '../../core/session/day.ts';
import { type Interval, isInterval } from '../../core/session/interval.ts';
import { shown } from '../../core/shown.ts';

/** Both ends of a range, as a plan file has them: its first and its last day. */
export function datesOf({ from, to }: DayRange): readonly [first: string, last: string] {
  return [formatDay(from), formatDay(to - 1)];
}

/** What a line of a plan file says, by its names. Whatever is not as it is written there throws `usage`. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #where: string;

  /** `where`: what a message calls the line. */
  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new BackfillError('usage', `${where} ${shown(value)}: is no line of a plan`);
    this.#values = value as Record<string, unknown>;
    this.#where = where;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  bad(name: string, what: string): BackfillError {
    const value = shown(this.#values[name]);
    return new BackfillError('usage', `${this.#where}: ${name} ${value}: ${what}`);
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw this.bad(name, 'must be a text');
    return value;
  }

  textIfAny(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const text = this.text(name);
    const choice = choices.find((one) => one === text);
    if (choice === undefined) throw this.bad(name, `must be one of ${choices.join(', ')}`);
    return choice;
  }

  flag(name: string): boolean {
    const { [name]: value = false } = this.#values;
    if (typeof value !== 'boolean') throw this.bad(name, 'must be true or false');
    return value;
  }

  /** A whole number, 0 or more. */
  count(name: string): number {
    const value = this.#values[name];
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw this.bad(name, 'must be a whole number');
    return value as number;
  }

  countIfAny(name: string): number | undefined {
    return this.has(name) ? this.count(name) : undefined;
  }

  numberOrNull(name: string): number | null {
    const value = this.#values[name];
    if (value === null || (typeof value === 'number' && value >= 0)) return value;
    throw this.bad(name, 'must be a number or null');
  }

  /** An instant, `2026-11-20T12:00:00.000Z`, in ms since the epoch. */
  instant(name: string): number {
    const ms = Date.parse(this.text(name));
    if (Number.isNaN(ms)) throw this.bad(name, 'must be an instant');
    return ms;
  }

  day(name: string): Day {
    return this.#dayIn(name, this.#values[name]);
  }

  dayIfAny(name: string): Day | undefined {
    return this.has(name) ? this.day(name) : undefined;
  }

  range(name: string): DayRange {
    return this.#rangeIn(name, this.#values[name]);
  }

  ranges(name: string): readonly DayRange[] {
    return this.#array(name).map((one) => this.#rangeIn(name, one));
  }

  /** Ranges that may have no beginning, or no end: null. */
  life(name: string): readonly DayRange[] {
    return this.#array(name).map((one) => {
      const [first, last] = Array.isArray(one) ? (one as unknown[]) : [];
      const from = first === null ? Number.NEGATIVE_INFINITY : this.#dayIn(name, first);
      const to = last === null ? Number.POSITIVE_INFINITY : this.#dayIn(name, last) + 1;
      if (from < to) return { from, to };
      throw this.bad(name, 'must be a first and a last date');
    });
  }

  ticker(name: string): string {
    return this.#tickerIn(name, this.text(name));
  }

  tickers(name: string): readonly string[] {
    return this.texts(name).map((one) => this.#tickerIn(name, one));
  }

  interval(name: string): Interval {
    return this.#intervalIn(name, this.text(name));
  }

  intervals(name: string): readonly Interval[] {
    return this.texts(name).map((one) => this.#intervalIn(name, one));
  }

  texts(name: string): readonly string[] {
    const list = this.#array(name);
    if (!list.every((one) => typeof one === 'string')) throw this.bad(name, 'must be a list of texts');
    return list;
  }

  object(name: string): Fields {
    return new Fields(this.#values[name], `${this.#where}: ${name}`);
  }

  list(name: string): readonly Fields[] {
    return this.#array(name).map((one) => new Fields(one, `${this.#where}: ${name}`));
  }

  #array(name: string): readonly unknown[] {
    const value = this.#values[name];
    if (!Array.isArray(value)) throw this.bad(name, 'must be a list');
    return value;
  }

  #dayIn(name: string, value: unknown): Day {
    try {
      return parseDay(String(value));
    } catch {
      throw this.bad(name, 'must be a date, YYYY-MM-DD');
    }
  }

  #rangeIn(name: string, value: unknown): DayRange {
    const [first, last, ...more] = Array.isArray(value) ? value : [];
    const range = { from: this.#dayIn(name, first), to: this.#dayIn(name, last) + 1 };
    if (range.from < range.to && more.length === 0) return range;
    throw this.bad(name, 'must be a first and a last date');
  }

  #tickerIn(name: string, text: string): string {
    // Only in the canonical form that was written.
    if (parseTicker(text) === text) return text;
    throw this.bad(name, 'is no ticker as a plan has them');
  }

  #intervalIn(name: string, text: string): Interval {
    if (isInterval(text)) return text;
    throw this.bad(name, 'there is no such interval');
  }
}
