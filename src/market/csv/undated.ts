import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { pickRows, type StampedRows } from './stamped-rows.ts';

/**
 * The rows of a file and the starts of their bars, those whose stamps cannot be read behind the others. They are put in the
 * place where they stand: on the first bar that is missing between their neighbours, which then is one that the file has and
 * nobody can read, else on a neighbour's. `dated`: the starts of the others, at least one, in the order of the file.
 */
export function withUndated(
  all: StampedRows,
  dated: Float64Array,
  interval: Interval,
  calendar: Calendar,
): { readonly rows: StampedRows; readonly starts: Float64Array } {
  const placed = new Map<number, number>();
  const taken = new Set<number>();
  let passed = 0;
  for (let i = 0; i < all.bars.length; i++) {
    if (all.asides.get(i)?.isUndated !== true) {
      passed++;
      continue;
    }
    const before = dated[passed - 1] ?? dated[passed];
    const after = dated[passed] ?? before;
    if (before === undefined || after === undefined) continue;
    const [from, to] = [Math.min(before, after), Math.max(before, after)];
    const ts = starts(from, to, interval, calendar).find((one) => !taken.has(one)) ?? from;
    taken.add(ts);
    placed.set(i, ts);
  }
  const places = Array.from(all.bars.ts, (_, i) => i).filter((i) => !placed.has(i));
  const rows = pickRows(all, Int32Array.from([...places, ...placed.keys()]));
  return { rows, starts: Float64Array.from([...dated, ...placed.values()]) };
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
