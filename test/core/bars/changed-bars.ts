import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY } from '../../../src/core/session/day.ts';

/** A bar of a day, its prices within a hundredth of its close. */
export function bar(day: number, close: number, volume = 1000): Ohlcv {
  const prices = { open: close, high: close * 1.01, low: close * 0.99, close };
  return { ts: day * MS_PER_DAY, ...prices, volume, vwap: null, trades: null };
}

/** Volumes that are known to the share. */
export const exact = () => 0;
