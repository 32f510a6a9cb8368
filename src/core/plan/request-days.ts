import type { Calendar } from '../calendar/calendar.ts';
import { type Day, type DayRange, monthOf } from '../session/day.ts';
import { contains, intersect, union } from '../session/ranges.ts';

/** How long the range of one request may be. */
export interface SpanLimits {
  /** Calendar days; null: no limit. */
  readonly maxSpanDays: number | null;
  /** Whether it ends with its calendar month at the latest. Default false. */
  readonly withinMonth?: boolean;
}

/** What shapes the days of a request. */
export interface Bounds extends SpanLimits {
  readonly calendar: Calendar;
  /** First day that the provider reaches. */
  readonly earliest: Day;
}

/** The days that a request for a day may reach over: all where it need not end with its month. */
function roomAround(day: Day, { withinMonth = false }: SpanLimits): DayRange {
  return withinMonth ? monthOf(day) : { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
}

/** The end of the longest request that starts on a day. */
export function spanEnd(day: Day, limits: SpanLimits): Day {
  return Math.min(day + (limits.maxSpanDays ?? Number.POSITIVE_INFINITY), roomAround(day, limits).to);
}

/**
 * Final sessions that ride on a request that is due anyway: enough to tell a restated series, whose prices all changed
 * by one ratio, from a corrected bar.
 */
export const OVERLAP_SESSIONS = 4;

/** Gaps as far as the provider reaches, and what of them lies before. */
export function cutAtLookBack(
  gaps: readonly DayRange[],
  earliest: Day,
  calendar: Calendar,
): { reachable: DayRange[]; beyond: DayRange[] } {
  if (earliest === Number.NEGATIVE_INFINITY) return { reachable: [...gaps], beyond: [] };
  const first = calendar.sessionOnOrAfter(earliest);
  const last = calendar.sessionOnOrBefore(earliest - 1);
  return {
    reachable: intersect(gaps, [{ from: first, to: Number.POSITIVE_INFINITY }]),
    beyond: intersect(gaps, [{ from: Number.NEGATIVE_INFINITY, to: last + 1 }]),
  };
}

/**
 * Covers the gaps with the fewest windows that a request may span: each window starts where the first gap that
 * is not covered starts, which no other choice can beat. Gives the gaps of each window.
 */
export function windows(gaps: readonly DayRange[], limits: SpanLimits, calendar: Calendar): DayRange[][] {
  if (limits.maxSpanDays === null && limits.withinMonth !== true) return gaps.length > 0 ? [[...gaps]] : [];
  const found: DayRange[][] = [];
  let rest = [...gaps];
  for (let first = rest[0]; first !== undefined; first = rest[0]) {
    const end = spanEnd(first.from, limits);
    const inside = intersect(rest, [{ from: first.from, to: end }]);
    const trimmed = inside.map((gap) => ({ from: gap.from, to: calendar.sessionOnOrBefore(gap.to - 1) + 1 }));
    found.push(trimmed);
    const next = calendar.sessionOnOrAfter(end);
    rest = intersect(rest, [{ from: next, to: Number.POSITIVE_INFINITY }]);
  }
  return found;
}

/** Gaps with the sessions that wait to be confirmed, as far as they cost no request more. */
function withRiders(gaps: readonly DayRange[], riders: readonly DayRange[], bounds: Bounds): DayRange[] {
  const { calendar, earliest } = bounds;
  const requests = (days: readonly DayRange[]): number => windows(days, bounds, calendar).length;
  let ridden = [...gaps];
  for (const rider of gaps.length === 0 ? [] : riders) {
    const together = union(ridden, [rider]);
    if (rider.from >= earliest && requests(together) === requests(gaps)) ridden = together;
  }
  return ridden;
}

/** Gaps by what lies between them: no request reaches from those of one part to those of another over days that are left out. */
function apart(gaps: readonly DayRange[], leftOut: readonly DayRange[]): DayRange[][] {
  const parts: DayRange[][] = [];
  for (const gap of gaps) {
    const last = parts.at(-1);
    const between = { from: last?.at(-1)?.to ?? gap.from, to: gap.from };
    if (last === undefined || intersect(leftOut, [between]).length > 0) parts.push([gap]);
    else last.push(gap);
  }
  return parts;
}

/**
 * The gaps of each request that some take, with the riders that cost no request more. None reaches over days that are left out, nor
 * for a rider beyond its gaps where there are such days.
 */
export function requestedDays(
  gaps: readonly DayRange[],
  { riders, leftOut }: { readonly riders: readonly DayRange[]; readonly leftOut: readonly DayRange[] },
  bounds: Bounds,
): DayRange[][] {
  if (leftOut.length === 0) return windows(withRiders(gaps, riders, bounds), bounds, bounds.calendar);
  return apart(gaps, leftOut).flatMap((part) => {
    const between = intersect(riders, [{ from: part[0]?.from ?? 0, to: part.at(-1)?.to ?? 0 }]);
    return windows(withRiders(part, between, bounds), bounds, bounds.calendar);
  });
}

/** The days of a window with the overlap that the provider's limits leave room for. */
export function withOverlap(
  window: readonly DayRange[],
  final: readonly DayRange[],
  limits: Bounds,
): DayRange {
  const range = { from: window[0]?.from ?? 0, to: window.at(-1)?.to ?? 0 };
  const { calendar, earliest } = limits;
  const room = (limits.maxSpanDays ?? Number.POSITIVE_INFINITY) - (range.to - range.from);
  const around = roomAround(range.from, limits);
  const isFree = (day: Day): boolean => contains(final, day);
  let from = range.from;
  for (let i = 0; i < OVERLAP_SESSIONS; i++) {
    const before = calendar.sessionOnOrBefore(from - 1);
    if (!isFree(before) || before < Math.max(earliest, around.from) || range.from - before > room) break;
    from = before;
  }
  if (from < range.from) return { from, to: range.to };
  let to = range.to;
  for (let i = 0; i < OVERLAP_SESSIONS; i++) {
    const after = calendar.sessionOnOrAfter(to);
    if (!isFree(after) || after >= around.to || after + 1 - range.to > room) break;
    to = after + 1;
  }
  return { from, to };
}

/**
 * A range with the days before its first session on which there may have been one that the calendar does not know: where it
 * is a guess, or after it was compiled. Whether a history is filled at once or day by day then gives the same bars.
 */
export function withUncertainDays(range: DayRange, bounds: Bounds): DayRange {
  const { calendar, earliest } = bounds;
  const isCertain = !calendar.advisory && contains([calendar.reliable], range.from - 1);
  const from = calendar.sessionOnOrBefore(range.from - 1) + 1;
  const isTooLong = range.to > spanEnd(from, bounds);
  return isCertain || from < earliest || isTooLong ? range : { from, to: range.to };
}
