import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { areAnothers } from '../../../src/core/checks/another-series.ts';
import { bars } from '../../backfill/received.ts';
import { comparisonOf } from '../rows.ts';

const CLOSES = [100.4, 101.3, 100.7, 102.2];
/** Another bar for each: every price by some cents, and half the volume. */
const other = (bar: Bar, i = 0): Bar => {
  const by = 0.11 + i / 50;
  const { open, high, low, close, volume } = bar;
  return { ...bar, open: open + by, high: high + by, low: low - by, close: close - by, volume: volume / 2 };
};

function areOthers(change: (bar: Bar, i: number) => Bar, closes = CLOSES): boolean {
  const stored = bars(closes);
  return areAnothers(comparisonOf(stored, stored.map(change)).compared);
}

describe('an answer for stored bars', () => {
  it('has another instrument’s where each differs in prices and volume, be it in two prices', () => {
    expect(areOthers(other)).toBe(true);
    expect(areOthers((bar, i) => ({ ...other(bar, i), open: bar.open, high: bar.high }))).toBe(true);
    expect(areOthers(other, CLOSES.slice(0, 3))).toBe(true);
    expect(areOthers((bar, i) => ({ ...other(bar, i), ...(i === 1 && pricesOf(bar)) }))).toBe(true);
  });

  it.each([
    [
      'half the bars have the same prices',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...(i < 2 && pricesOf(bar)) }),
    ],
    ['one bar is the same', (bar: Bar, i: number) => (i === 1 ? bar : other(bar, i))],
    [
      'one volume is the same',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...(i === 2 && { volume: 1005 }) }),
    ],
    [
      'one volume is unknown',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...(i === 2 && { volume: Number.NaN }) }),
    ],
    [
      'one price of each differs',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...pricesOf(bar), close: bar.close + 1 }),
    ],
    ['prices differ by their rounding', (bar: Bar, i: number) => ({ ...other(bar, i), ...rounded(bar) })],
    ['only volumes differ', (bar: Bar, i: number) => ({ ...other(bar, i), ...pricesOf(bar) })],
  ])('has corrections where %s', (_, change) => {
    expect(areOthers(change)).toBe(false);
  });

  it('has corrections where they are two', () => {
    expect(areOthers(other, CLOSES.slice(0, 2))).toBe(false);
  });
});

function pricesOf({ open, high, low, close }: Bar): Pick<Bar, 'open' | 'high' | 'low' | 'close'> {
  return { open, high, low, close };
}

function rounded({ open, high, low, close }: Bar): Pick<Bar, 'open' | 'high' | 'low' | 'close'> {
  const round = Math.round;
  return { open: round(open), high: round(high), low: round(low), close: round(close) };
}
