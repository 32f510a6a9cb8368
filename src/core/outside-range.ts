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
