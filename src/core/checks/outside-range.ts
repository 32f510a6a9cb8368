import type { Bars } from '../bars/columns.ts';
import { formatCount, plural } from '../plural.ts';
import { smallest } from '../extremes.ts';
import type { Day } from '../session/day.ts';
import type { Oddity, OutsideRange } from './oddity.ts';

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

const NONE_OUTSIDE: OutsideRange = { bars: 0, farthest: 0, firstTs: null };

/** Counts the bars (ascending) that open or close outside their range, on from those counted before. */
export function countOutsideRange(bars: Bars, before = NONE_OUTSIDE): OutsideRange {
  let { bars: count, farthest, firstTs } = before;
  for (let i = 0; i < bars.length; i++) {
    const prices = pricesAt(bars, i);
    if (!isOutsideRange(prices)) continue;
    count++;
    farthest = Math.max(farthest, outsideBy(prices) / Math.abs(prices.close));
    firstTs ??= bars.ts[i] as number;
  }
  return { bars: count, farthest, firstTs };
}

/** Two counts of different bars of a series as one. */
export function joinOutsideRange(a: OutsideRange, b: OutsideRange): OutsideRange {
  const first = smallest([a.firstTs, b.firstTs].flatMap((ts) => ts ?? []));
  return {
    bars: a.bars + b.bars,
    farthest: Math.max(a.farthest, b.farthest),
    firstTs: Number.isFinite(first) ? first : null,
  };
}

/**
 * What is odd about bars that were counted: one oddity, at the first that lies outside; none where none does. `rows`: all
 * there are of the series, where that is known.
 */
export function outsideRangeOddities(
  outside: OutsideRange,
  sessionOf: (ts: number) => Day,
  rows?: number,
): Oddity[] {
  const { bars, firstTs } = outside;
  if (firstTs === null) return [];
  const count = rows === undefined ? plural(bars, 'bar') : `${formatCount(bars)} of ${plural(rows, 'bar')}`;
  const note = `${count} open or close outside their high and low, ${farthestText(outside)}; the first is of this session`;
  return [{ kind: 'outside-range', session: sessionOf(firstTs), ts: firstTs, note, outside }];
}

/** `by up to 1.0 % of the close` */
export function farthestText({ farthest }: OutsideRange): string {
  return `by up to ${(farthest * 100).toPrecision(2)} % of the close`;
}
