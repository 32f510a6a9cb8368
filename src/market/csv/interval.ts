import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY } from '../../core/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/interval.ts';
import { malformed } from './records.ts';
import { isMidnight, type Stamp } from './stamps.ts';

/** Rows at least this far apart are a day or more each; a change of clocks takes an hour of it, a half day's close four. */
const LEAST_DAY_MS = MS_PER_DAY * 0.75;

/** A distance between rows is the file's interval if at least so many have it; a stray row is of none. */
const LEAST_SHARE = 0.05;

/**
 * Length of the bars of a file, by the instants of its rows. Daily or longer where stamps have no time of day, or where
 * no two rows share a date and there is more than one; otherwise the shortest usual distance between two rows. Throws
 * `usage` where that is no known interval.
 */
export function intervalOf(
  path: string,
  stamps: readonly Stamp[],
  instants: readonly number[],
  calendar: Calendar,
): Interval {
  if (stamps.every(isMidnight)) return '1d';
  const sorted = instants.toSorted((a, b) => a - b);
  const shortest = shortestUsual(sorted);
  if (shortest >= LEAST_DAY_MS && shortest < Number.POSITIVE_INFINITY) return '1d';
  const sharesDate = sorted.some((instant, i) => {
    const before = sorted[i - 1];
    return (
      before !== undefined && before !== instant && calendar.localDay(before) === calendar.localDay(instant)
    );
  });
  if (!sharesDate && shortest < Number.POSITIVE_INFINITY) return '1d';
  const interval = INTERVALS.find((candidate) => intervalMs(candidate) === shortest);
  if (interval !== undefined && interval !== '1d') return interval;
  const seen =
    shortest < Number.POSITIVE_INFINITY ? `they are ${shortest / 60_000} minutes apart` : 'there is one';
  throw malformed(path, null, `its rows are on no interval of 1m, 5m, 15m, 1h or 1d: ${seen}`);
}

/** The shortest distance that more than a stray pair of neighbours has; Infinity where there are no two stamps. */
function shortestUsual(sorted: readonly number[]): number {
  const counts = new Map<number, number>();
  let all = 0;
  for (const [i, instant] of sorted.entries()) {
    const distance = instant - (sorted[i - 1] ?? instant);
    if (distance <= 0) continue;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
    all++;
  }
  const usual = [...counts].filter(([, count]) => count >= all * LEAST_SHARE);
  // Where no distance is usual, all are strays.
  return Math.min(...(usual.length > 0 ? usual : [...counts]).map(([distance]) => distance));
}
