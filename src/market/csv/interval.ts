import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY } from '../../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/session/interval.ts';
import { instantsOf, minutesOfDay } from './clock.ts';
import type { StampedRows } from './stamped-rows.ts';
import { areMidnights } from './stamps.ts';
import { smallest } from '../../core/extremes.ts';

/** Rows at least this far apart are a day or more each; a change of clocks takes an hour of it, a half day's close four. */
const LEAST_DAY_MS = MS_PER_DAY * 0.75;

/** A distance between rows is the file's interval if at least so many have it; a stray row is of none. */
const LEAST_SHARE = 0.05;

/**
 * Length of the bars of a file, by the instants of its rows (`zone`: the clock of stamps without an offset). Daily or longer
 * where stamps have no time of day, or where no two rows share a date and there is more than one; otherwise the shortest
 * usual distance between two rows, or, of a share that rarely trades, what all of them are multiples of. Undefined where
 * that is no known interval.
 */
export function intervalOf(rows: StampedRows, zone: string, calendar: Calendar): Interval | undefined {
  if (areMidnights(rows.bars.ts)) return '1d';
  const distances = new RowDistances(calendar);
  distances.add(instantsOf(rows, zone).toSorted());
  return distances.interval();
}

/** The distances between the instants of rows. */
export class RowDistances {
  readonly #calendar: Calendar;
  readonly #counts = new Map<number, number>();
  #all = 0;
  #sharesDate = false;
  #first = Number.NaN;
  #last = Number.NaN;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /**
   * Adds rows, ascending: those that come after the ones so far, or, where the newest come first, before them. False, and adds
   * none, where they do not.
   */
  add(sorted: Float64Array, isNewestFirst = false): boolean {
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return true;
    if (isNewestFirst ? last >= this.#first : first <= this.#last) return false;
    if (isNewestFirst) this.#between(last, this.#first);
    else this.#between(this.#last, first);
    for (let i = 1; i < sorted.length; i++) this.#between(sorted[i - 1] as number, sorted[i] as number);
    this.#first = this.#first < first ? this.#first : first;
    this.#last = this.#last > last ? this.#last : last;
    return true;
  }

  /** See `intervalOf`. */
  interval(): Interval | undefined {
    const usual = this.#usual();
    if (usual.length === 0) {
      const { zone } = this.#calendar;
      return minutesOfDay(Number.isNaN(this.#first) ? 0 : this.#first, zone) === 0 ? '1d' : undefined;
    }
    const shortest = smallest(usual);
    if (shortest >= LEAST_DAY_MS || !this.#sharesDate) return '1d';
    const common = intradayOf(usual.reduce(commonDivisor));
    // A minute divides everything, also the distances of stray rows.
    return intradayOf(shortest) ?? (common === '1m' ? undefined : common);
  }

  #between(before: number, after: number): void {
    const distance = after - before;
    if (!(distance > 0)) return;
    this.#counts.set(distance, (this.#counts.get(distance) ?? 0) + 1);
    this.#all++;
    this.#sharesDate ||= this.#calendar.localDay(before) === this.#calendar.localDay(after);
  }

  /** The distances that more than a stray pair of neighbours has; all where none has. */
  #usual(): number[] {
    const counts = [...this.#counts];
    const usual = counts.filter(([, count]) => count >= this.#all * LEAST_SHARE);
    return (usual.length > 0 ? usual : counts).map(([distance]) => distance);
  }
}

function intradayOf(lengthMs: number): Interval | undefined {
  return INTERVALS.find((interval) => interval !== '1d' && intervalMs(interval) === lengthMs);
}

export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** What files call the intervals, besides our own words; minutes also as a bare number. */
const WORDS: Readonly<Record<string, Interval>> = {
  ...named('1m', '1min 1 minute 1minute m1'),
  ...named('5m', '5min 5 5mins 5minutes m5'),
  ...named('15m', '15min 15 15mins 15minutes m15'),
  ...named('1h', '60m 60min 60 h hour hourly 1hour 60mins 60minutes h1'),
  ...named('1d', 'd day daily 1day 1440 d1'),
};

/** The interval that a row's own column says; undefined for words that name none that is stored. */
export function statedInterval(word: string): Interval | undefined {
  const text = word.toLowerCase().replaceAll(/\s/g, '');
  return (
    INTERVALS.find((interval) => interval === text) ?? (Object.hasOwn(WORDS, text) ? WORDS[text] : undefined)
  );
}

function named(interval: Interval, words: string): Record<string, Interval> {
  return Object.fromEntries(words.split(' ').map((word) => [word, interval]));
}
