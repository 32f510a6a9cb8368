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
 * Length of the bars of a file, by the instants of its rows (`zone`: the clock of stamps without an offset). Daily or longer where stamps have no time of day, or where
 * no two rows share a date and there is more than one; otherwise the shortest usual distance between two rows, or, of a
 * share that rarely trades, what all of them are multiples of. Undefined where that is no known interval.
 */
export function intervalOf(rows: StampedRows, zone: string, calendar: Calendar): Interval | undefined {
  if (areMidnights(rows.bars.ts)) return '1d';
  const sorted = instantsOf(rows, zone).toSorted();
  const usual = usualDistances(sorted);
  if (usual.length === 0) return minutesOfDay(sorted[0] ?? 0, calendar.zone) === 0 ? '1d' : undefined;
  const shortest = smallest(usual);
  const sharesDate = sorted.some((instant, i) => {
    const before = sorted[i - 1] ?? instant;
    return before !== instant && calendar.localDay(before) === calendar.localDay(instant);
  });
  if (shortest >= LEAST_DAY_MS || !sharesDate) return '1d';
  const common = intradayOf(usual.reduce(commonDivisor));
  // A minute divides everything, also the distances of stray rows.
  return intradayOf(shortest) ?? (common === '1m' ? undefined : common);
}

function intradayOf(lengthMs: number): Interval | undefined {
  return INTERVALS.find((interval) => interval !== '1d' && intervalMs(interval) === lengthMs);
}

/** The distances that more than a stray pair of neighbours has; all where none has. */
function usualDistances(sorted: Float64Array): number[] {
  const counts = new Map<number, number>();
  let all = 0;
  for (const [i, instant] of sorted.entries()) {
    const distance = instant - (sorted[i - 1] ?? instant);
    if (distance <= 0) continue;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
    all++;
  }
  const usual = [...counts].filter(([, count]) => count >= all * LEAST_SHARE);
  return (usual.length > 0 ? usual : [...counts]).map(([distance]) => distance);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** What files call the intervals, besides our own words; minutes also as a bare number. */
const WORDS: Readonly<Record<string, Interval>> = {
  ...named('1m', '1min 1 minute'),
  ...named('5m', '5min 5'),
  ...named('15m', '15min 15'),
  ...named('1h', '60m 60min 60 h hour hourly 1hour'),
  ...named('1d', 'd day daily 1day 1440'),
};

/** The interval that a row's own column says; undefined for words that name none that is stored. */
export function statedInterval(word: string): Interval | undefined {
  const text = word.toLowerCase();
  return (
    INTERVALS.find((interval) => interval === text) ?? (Object.hasOwn(WORDS, text) ? WORDS[text] : undefined)
  );
}

function named(interval: Interval, words: string): Record<string, Interval> {
  return Object.fromEntries(words.split(' ').map((word) => [word, interval]));
}
