import type { Bars } from '../bars/columns.ts';

/** Prices within this part of the high count as equal: a few units of a float32-like wire. */
export const RANGE_TOLERANCE = 1e-6;

/** Prices of one bar. */
export interface BarPrices {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/**
 * Whether a bar's open or close lies above its high or below its low, beyond what a wire's precision explains. Vendors
 * open and close thin shares at a quote or an auction that high and low do not know of: such a bar is stored as it came.
 */
export function isOutsideRange(bar: BarPrices): boolean {
  return outsideBy(bar) > Math.abs(bar.high) * RANGE_TOLERANCE;
}

/** How far open or close, whichever is farther, lies above the high or below the low; 0 or less if neither does. */
export function outsideBy({ open, high, low, close }: BarPrices): number {
  return Math.max(open - high, close - high, low - open, low - close);
}

/** The prices of bar i. */
export function pricesAt({ open, high, low, close }: Bars, i: number): BarPrices {
  return {
    open: open[i] as number,
    high: high[i] as number,
    low: low[i] as number,
    close: close[i] as number,
  };
}

/** Bars that open or close outside their range, counted. */
export interface OutsideRange {
  readonly bars: number;
  /** The farthest one, as a part of its close. */
  readonly farthest: number;
  /** Stamp of the first one, ms since the epoch; null for none. */
  readonly firstTs: number | null;
}

/** Counts the bars (ascending) that open or close outside their range, on from those counted before. */
export function countOutsideRange(bars: Bars, before?: OutsideRange): OutsideRange {
  let { bars: count, farthest, firstTs } = before ?? { bars: 0, farthest: 0, firstTs: null };
  for (let i = 0; i < bars.length; i++) {
    const prices = pricesAt(bars, i);
    if (!isOutsideRange(prices)) continue;
    count++;
    farthest = Math.max(farthest, outsideBy(prices) / Math.abs(prices.close));
    firstTs ??= bars.ts[i] as number;
  }
  return { bars: count, farthest, firstTs };
}
