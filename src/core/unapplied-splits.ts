import type { Ohlcv, Split } from './bars.ts';
import type { Day } from './day.ts';
import { NEIGHBOUR_DAYS } from './plausibility.ts';

/** Smaller splits cannot be told from what prices do by themselves. */
const LEAST_RATIO = 1.5;

/** How far a price may have moved by itself overnight, as a part of the split's own size (logarithms) and at most. */
const OWN_MOVE = 0.25;
const LARGEST_MOVE = Math.log(1.5);

type Prices = Pick<Ohlcv, 'ts' | 'open' | 'close'>;

/**
 * Splits that a vendor lists and did not adjust its earlier prices for: its own prices, which should go on over the
 * ex-date, jump by the ratio there, from the last close to the first open, and stay there up to its close. What nobody
 * traded on both sides of within a month, or lies between two splits, cannot be told and counts as adjusted. `rows` are as
 * on the wire, in any order.
 */
export function unappliedSplits(
  rows: readonly Prices[],
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
): Split[] {
  const candidates = splits.filter(({ ratio }) => sizeOf(ratio) >= Math.log(LEAST_RATIO));
  if (candidates.length === 0) return [];
  const days = rows
    .filter(({ open, close }) => open > 0 && close > 0)
    .map((row) => ({ ...row, day: sessionOf(row.ts) }))
    .toSorted((a, b) => a.ts - b.ts);
  return candidates.filter(({ exDay, ratio }) => {
    const at = days.findIndex(({ day }) => day >= exDay);
    const [before, after] = [days[at - 1], days[at]];
    if (before === undefined || after === undefined || after.day - before.day > NEIGHBOUR_DAYS) return false;
    const isAlone = !splits.some(
      (other) => other.exDay !== exDay && other.exDay > before.day && other.exDay <= after.day,
    );
    const off = (price: number): number => sizeOf((price / before.close) * ratio);
    const move = Math.min(OWN_MOVE * sizeOf(ratio), LARGEST_MOVE);
    return isAlone && off(after.open) <= move && off(after.close) < sizeOf(ratio) / 2;
  });
}

function sizeOf(factor: number): number {
  return Math.abs(Math.log(factor));
}
