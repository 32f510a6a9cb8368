import type { Split } from '../bars/bars.ts';
import type { Bars } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import { NEIGHBOUR_DAYS } from './plausibility.ts';

/** Smaller splits cannot be told from what prices do by themselves. */
const LEAST_RATIO = 1.5;

/** How far a price may have moved by itself overnight, as a part of the split's own size (logarithms) and at most. */
const OWN_MOVE = 0.25;
const LARGEST_MOVE = Math.log(1.5);

/** What a session opened and closed at. */
interface Prices {
  readonly ts: number;
  readonly open: number;
  readonly close: number;
}

/**
 * Splits that a vendor lists and did not adjust its earlier prices for: its own prices, which should go on over the
 * ex-date, jump by the ratio there, from the last close to the first open, and stay there up to its close. What nobody
 * traded on both sides of within a month, or lies between two splits, cannot be told and counts as adjusted. `rows` are as
 * on the wire, in any order.
 */
export function unappliedSplits(
  rows: Bars,
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
): Split[] {
  return splitsWhere(rows, splits, sessionOf, ({ ratio }, before, after) => {
    const off = (price: number): number => sizeOf((price / before.close) * ratio);
    return off(after.open) <= ownMove(ratio) && off(after.close) < sizeOf(ratio) / 2;
  });
}

/**
 * Splits that prices were adjusted for, whatever they are said to be: they go on over the ex-date, from the last close to
 * the first open and up to its close. What cannot be told, as above, counts as not adjusted.
 */
export function hiddenSplits(rows: Bars, splits: readonly Split[], sessionOf: (ts: number) => Day): Split[] {
  return splitsWhere(rows, splits, sessionOf, ({ ratio }, before, after) =>
    isHidden(ratio, before.close, [after.open, after.close]),
  );
}

/** Whether a price goes on, from the last close before a split to the first open and close after it, as if there were none. */
export function isHidden(ratio: number, before: number, [open, close]: readonly [number, number]): boolean {
  const moved = (price: number): number => sizeOf(price / before);
  return isVisible(ratio) && moved(open) <= ownMove(ratio) && moved(close) < sizeOf(ratio) / 2;
}

/** Whether a split is so large that prices can tell it from what they do by themselves. */
export function isVisible(ratio: number): boolean {
  return sizeOf(ratio) >= Math.log(LEAST_RATIO);
}

/** Splits of a size that shows, with prices close by on both sides that fulfil a condition. */
function splitsWhere(
  rows: Bars,
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
  holds: (split: Split, before: Prices, after: Prices) => boolean,
): Split[] {
  const candidates = splits.filter(({ ratio }) => isVisible(ratio));
  if (candidates.length === 0) return [];
  const days = pricesOf(rows)
    .filter(({ open, close }) => open > 0 && close > 0)
    .map((row) => ({ ...row, day: sessionOf(row.ts) }))
    .toSorted((a, b) => a.ts - b.ts);
  return candidates.filter((split) => {
    const { exDay } = split;
    const at = days.findIndex(({ day }) => day >= exDay);
    const [before, after] = [days[at - 1], days[at]];
    if (before === undefined || after === undefined || after.day - before.day > NEIGHBOUR_DAYS) return false;
    const isAlone = !splits.some(
      (other) => other.exDay !== exDay && other.exDay > before.day && other.exDay <= after.day,
    );
    return isAlone && holds(split, before, after);
  });
}

function pricesOf({ length, ts, open, close }: Bars): Prices[] {
  return Array.from({ length }, (_, i) => ({
    ts: ts[i] as number,
    open: open[i] as number,
    close: close[i] as number,
  }));
}

/** How far a price may have moved by itself over a split. */
function ownMove(ratio: number): number {
  return Math.min(OWN_MOVE * sizeOf(ratio), LARGEST_MOVE);
}

function sizeOf(factor: number): number {
  return Math.abs(Math.log(factor));
}
