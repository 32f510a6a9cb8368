import type { Split } from '../../../core/bars/bars.ts';
import type { Day, DayRange } from '../../../core/session/day.ts';

/** The last price of a session. */
export interface SessionClose {
  readonly day: Day;
  readonly close: number;
}

/** How near to a split's ratio a jump counts as one. */
const RATIO_TOLERANCE = 0.05;

/** Smaller splits cannot be told from what prices do by themselves. */
const LEAST_RATIO = 1.4;

/**
 * Sessions whose prices are on another basis than those around them: the price level changes by a split's ratio at some
 * other session than its ex-date, and at the ex-date it does not. Between the two lies what is already adjusted (before
 * the ex-date) or not yet (after it). A stretch that was adjusted for several splits counts with all of them. `closes`
 * ascend. Where the level changes nowhere else nothing is said: then the split may be what is wrong.
 */
export function adjustedStretches(closes: readonly SessionClose[], splits: readonly Split[]): DayRange[] {
  const places = splits
    .filter(({ ratio }) => Math.abs(Math.log(ratio)) >= Math.log(LEAST_RATIO))
    .flatMap(({ exDay, ratio }) => {
      const at = closes.findIndex(({ day }) => day >= exDay);
      return at > 0 ? [{ at, ratio }] : [];
    });
  const ratioAt = new Map(places.map(({ at, ratio }) => [at, ratio]));
  const stretches: DayRange[] = [];
  for (const { at, ratio } of places.toSorted((a, b) => b.at - a.at)) {
    const first = closes[at];
    if (
      first === undefined ||
      isShown(closes, at, ratio) ||
      stretches.some((known) => holds(known, first.day))
    )
      continue;
    const stretch = stretchBefore(closes, at, ratio, ratioAt) ?? stretchAfter(closes, at, ratio, ratioAt);
    if (stretch) stretches.push(stretch);
  }
  return stretches.toSorted((a, b) => a.from - b.from);
}

function stretchBefore(
  closes: readonly SessionClose[],
  exAt: number,
  ratio: number,
  ratioAt: ReadonlyMap<number, number>,
): DayRange | undefined {
  let factor = ratio;
  for (let at = exAt - 1; at > 0; at--) {
    const other = ratioAt.get(at);
    if (other !== undefined && isShown(closes, at, other)) continue;
    if (other !== undefined) factor *= other;
    if (jumpsBy(closes, at, factor)) return between(closes, at, exAt);
  }
  return undefined;
}

function stretchAfter(
  closes: readonly SessionClose[],
  exAt: number,
  ratio: number,
  ratioAt: ReadonlyMap<number, number>,
): DayRange | undefined {
  for (let at = exAt + 1; at < closes.length; at++) {
    if (!ratioAt.has(at) && jumpsBy(closes, at, ratio)) return between(closes, exAt, at);
  }
  return undefined;
}

function between(closes: readonly SessionClose[], from: number, to: number): DayRange | undefined {
  const first = closes[from];
  const last = closes[to - 1];
  return first && last && { from: first.day, to: last.day + 1 };
}

/** Whether the price falls by the ratio at a session, closely. */
function jumpsBy(closes: readonly SessionClose[], at: number, ratio: number): boolean {
  return Math.abs(changeAt(closes, at) * ratio - 1) <= RATIO_TOLERANCE;
}

/** Whether a split shows at its ex-date: the change is nearer to the ratio than to none. */
function isShown(closes: readonly SessionClose[], at: number, ratio: number): boolean {
  return Math.abs(Math.log(changeAt(closes, at) * ratio)) < Math.abs(Math.log(ratio)) / 2;
}

function changeAt(closes: readonly SessionClose[], at: number): number {
  return (closes[at]?.close ?? Number.NaN) / (closes[at - 1]?.close ?? Number.NaN);
}

function holds({ from, to }: DayRange, day: Day): boolean {
  return from <= day && day < to;
}
