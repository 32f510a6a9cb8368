import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { pickRows, type StampedRows } from './stamped-rows.ts';

/**
 * The rows of a file and the starts of their bars, those whose stamps cannot be read behind the others. They are put in the
 * place where they stand: on the first bars that are missing between their neighbours, which then are such as the file has and
 * nobody can read, else on a neighbour's; those at an end of the file on what comes there next. `dated`: the starts of the
 * others, at least one, in the order of the file.
 */
export function withUndated(
  all: StampedRows,
  dated: Float64Array,
  interval: Interval,
  calendar: Calendar,
): { readonly rows: StampedRows; readonly starts: Float64Array } {
  const placed = new Map<number, number>();
  const isUndated = (i: number): boolean => all.asides.get(i)?.isUndated === true;
  const isAscending = (dated[0] as number) <= (dated.at(-1) as number);
  for (let i = 0, passed = 0; i < all.bars.length;) {
    if (!isUndated(i)) {
      i++;
      passed++;
      continue;
    }
    let end = i + 1;
    while (end < all.bars.length && isUndated(end)) end++;
    const [before, after] = [dated[passed - 1], dated[passed]];
    const count = end - i;
    const stamps =
      before === undefined || after === undefined
        ? beyond(
            (before ?? after) as number,
            count,
            (before === undefined) === isAscending,
            interval,
            calendar,
          )
        : between(before, after, interval, calendar);
    // The nearest to the others first; they stand in front of those, or behind.
    const inOrder = before === undefined ? stamps.toReversed() : stamps;
    for (let k = 0; k < count; k++) placed.set(i + k, inOrder[k] ?? ((before ?? after) as number));
    i = end;
  }
  const places = Array.from(all.bars.ts, (_, i) => i).filter((i) => !placed.has(i));
  const rows = pickRows(all, Int32Array.from([...places, ...placed.keys()]));
  return { rows, starts: Float64Array.from([...dated, ...placed.values()]) };
}

/** So many bars next to one at an end of a file, the nearest first. */
function beyond(
  ts: number,
  count: number,
  isEarlier: boolean,
  interval: Interval,
  calendar: Calendar,
): number[] {
  const step = isEarlier ? -intervalMs(interval) : intervalMs(interval);
  const next = (at: number): number => {
    if (interval !== '1d' && calendar.sessionAt(at + step) !== undefined) return at + step;
    const day = interval === '1d' ? utcDayOf(at) : calendar.localDay(at);
    const session = isEarlier ? calendar.previousSession(day) : calendar.nextSession(day);
    if (interval === '1d') return startOfDay(session);
    const { open, close } = calendar.session(session);
    return isEarlier ? close + step : open;
  };
  const stamps: number[] = [];
  for (let at = ts; stamps.length < count;) stamps.push((at = next(at)));
  return stamps;
}

/** Where bars may be missing between two, whichever is the earlier: sessions, or where none lies between, bars of the session. */
function between(one: number, other: number, interval: Interval, calendar: Calendar): number[] {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
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
