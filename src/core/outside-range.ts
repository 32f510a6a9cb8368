import type { Ohlcv } from './bars.ts';

/** Prices within this part of the high count as equal: a few units of a float32-like wire. */
export const RANGE_TOLERANCE = 1e-6;

/**
 * Whether a bar's open or close lies above its high or below its low, beyond what a wire's precision explains. Vendors
 * open and close thin shares at a quote or an auction that high and low do not know of: such a bar is stored as it came.
 */
export function isOutsideRange(bar: Ohlcv): boolean {
  return outsideBy(bar) > Math.abs(bar.high) * RANGE_TOLERANCE;
}

/** How far open or close, whichever is farther, lies above the high or below the low; 0 or less if neither does. */
export function outsideBy({ open, high, low, close }: Ohlcv): number {
  return Math.max(open - high, close - high, low - open, low - close);
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
export function countOutsideRange(bars: readonly Ohlcv[], before?: OutsideRange): OutsideRange {
  const outside = bars.filter(isOutsideRange);
  return {
    bars: (before?.bars ?? 0) + outside.length,
    farthest: outside.reduce(
      (farthest, bar) => Math.max(farthest, outsideBy(bar) / Math.abs(bar.close)),
      before?.farthest ?? 0,
    ),
    firstTs: before?.firstTs ?? outside[0]?.ts ?? null,
  };
}
