import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/day.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import type { MarketRow } from '../market.ts';
import type { StampedRow } from './row-reader.ts';

/**
 * The rows of a file whose stamps cannot be read, in the place where they stand: on the first bar that is missing between
 * their neighbours, which then is one that the file has and nobody can read, else on a neighbour's. `dated`: the others,
 * in the order of the file.
 */
export function placedRows(
  all: readonly StampedRow[],
  dated: readonly MarketRow[],
  interval: Interval,
  calendar: Calendar,
): { readonly ts: number; readonly row: StampedRow }[] {
  const taken = new Set<number>();
  const placed: { readonly ts: number; readonly row: StampedRow }[] = [];
  let passed = 0;
  for (const row of all) {
    if (row.isUndated !== true) {
      passed++;
      continue;
    }
    const [before, after] = [dated[passed - 1] ?? dated[passed], dated[passed] ?? dated[passed - 1]];
    if (before === undefined || after === undefined) continue;
    const [from, to] = [Math.min(before.ts, after.ts), Math.max(before.ts, after.ts)];
    const ts = starts(from, to, interval, calendar).find((one) => !taken.has(one)) ?? from;
    taken.add(ts);
    placed.push({ ts, row });
  }
  return placed;
}

/** Where bars may be missing between two: sessions, or where none lies between, bars of the session. */
function starts(from: number, to: number, interval: Interval, calendar: Calendar): number[] {
  const isDaily = interval === '1d';
  const dayOf = isDaily ? utcDayOf : (ts: number) => calendar.localDay(ts);
  const days = from === to ? [] : calendar.sessions({ from: dayOf(from) + 1, to: dayOf(to) });
  if (isDaily) return days.map(startOfDay);
  if (days.length > 0) return days.map((day) => calendar.session(day).open);
  const count = Math.max(0, Math.ceil((to - from) / intervalMs(interval)) - 1);
  return Array.from(
    { length: Math.min(count, mostBars(interval)) },
    (_, i) => from + (i + 1) * intervalMs(interval),
  );
}

/** No day has more bars. */
function mostBars(interval: Interval): number {
  return Math.ceil((24 * 3_600_000) / intervalMs(interval));
}
