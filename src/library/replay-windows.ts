import { type Day, type DayRange, dayOn, monthOf } from '../core/session/day.ts';

/** Bars of all series together that a replay means to have in memory: some 80 bytes each. */
const MOST_BARS = 2 ** 21;

/** Of a series: from when to when it has bars, and how many. */
export interface Stretch {
  /** Days that may have bars. */
  readonly days: DayRange;
  readonly rows: number;
}

/**
 * Days in which the series of a replay are read, ascending, without a gap: so many at a time that all of them together have
 * about `most` bars, a day at least. Where that is a month they are whole months, or years, so that no partition is read in
 * many parts.
 */
export function replayWindows(stretches: readonly Stretch[], most = MOST_BARS): DayRange[] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let perDay = 0;
  for (const { days, rows } of stretches) {
    from = Math.min(from, days.from);
    to = Math.max(to, days.to);
    perDay += rows / Math.max(1, days.to - days.from);
  }
  const length = Math.max(1, Math.floor(most / perDay));
  const windows: DayRange[] = [];
  for (let day = from; day < to;) {
    const end = Math.min(to, endAfter(day, length));
    windows.push({ from: day, to: end });
    day = end;
  }
  return windows;
}

/** The longest month has so many days, and the longest year. */
const MONTH = 31;
const YEAR = 366;

function endAfter(day: Day, length: number): Day {
  if (length < MONTH) return day + length;
  const { from } = monthOf(day);
  const date = new Date(from * 86_400_000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  if (length < YEAR) return dayOn(year, month + Math.floor(length / MONTH), 1);
  return dayOn(year + Math.floor(length / YEAR), 1, 1);
}
