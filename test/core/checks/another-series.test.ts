import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { areAnothers } from '../../../src/core/checks/another-series.ts';
import { bars } from '../../backfill/received.ts';
import { comparisonOf } from '../rows.ts';

const CLOSES = [100.4, 101.3, 100.7, 102.2];
const MANY = Array.from({ length: 20 }, (_, i) => 100.3 + ((i * 7) % 11) / 10);
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

  it('has another instrument’s where prices all differ, and volumes by however little', () => {
    const near = (bar: Bar, i: number): Bar => ({ ...other(bar, i), volume: bar.volume + 2 + i });
    expect(areOthers(near)).toBe(true);
    expect(areOthers((bar, i) => ({ ...near(bar, i), open: bar.open }))).toBe(true);
    expect(areOthers((bar, i) => ({ ...near(bar, i), open: bar.open, high: bar.high }))).toBe(false);
    expect(areOthers((bar, i) => ({ ...near(bar, i), volume: bar.volume + 0.01 }))).toBe(false);
  });

  it('has another instrument’s where nearly all volumes differ, as some are alike by chance', () => {
    const alikeIn = (most: number) => (bar: Bar, i: number) => ({
      ...{ ...other(bar, i), open: bar.open, high: bar.high },
      ...(i < most && { volume: bar.volume * 1.005 }),
    });
    expect(areOthers(alikeIn(2), MANY)).toBe(true);
    expect(areOthers(alikeIn(3), MANY)).toBe(false);
  });

  it.each([
    ['are unknown', Number.NaN, Number.NaN],
    ['are 0, as those of currencies', 0, 0],
    ['are unknown of what is stored', Number.NaN, 1000],
  ])(
    'has another instrument’s where volumes %s, only if many bars differ in all prices',
    (_, before, now) => {
      const areOthersOf = (count: number, change = other): boolean => {
        const stored = bars(MANY.slice(0, count)).map((bar) => ({ ...bar, volume: before }));
        const answered = stored.map((bar, i) => ({ ...change(bar, i), volume: now }));
        return areAnothers(comparisonOf(stored, answered).compared);
      };
      expect(areOthersOf(12)).toBe(true);
      expect(areOthersOf(11)).toBe(false);
      expect(areOthersOf(20, (bar, i = 0) => (i < 2 ? bar : other(bar, i)))).toBe(true);
      expect(areOthersOf(20, (bar, i = 0) => (i < 3 ? bar : other(bar, i)))).toBe(false);
      expect(areOthersOf(20, (bar, i = 0) => ({ ...other(bar, i), low: bar.low, open: bar.open }))).toBe(
        false,
      );
    },
  );

  it('tells by the volumes that are known, where one is not', () => {
    const unknown = (most: number) => (bar: Bar, i: number) => ({
      ...other(bar, i),
      ...(i < most && { volume: Number.NaN }),
    });
    expect(areOthers(unknown(1))).toBe(true);
    expect(areOthers(unknown(2))).toBe(false);
  });

  it.each([
    [
      'half the bars have the same prices',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...(i < 2 && pricesOf(bar)) }),
    ],
    ['one bar is the same', (bar: Bar, i: number) => (i === 1 ? bar : other(bar, i))],
    [
      'one volume is the same',
      (bar: Bar, i: number) => ({ ...other(bar, i), ...(i === 2 && { volume: bar.volume }) }),
    ],
    [
      'volumes changed by a few per cent, and one price of each',
      (bar: Bar, i: number) => ({ ...bar, close: bar.close + 0.2 + i / 10, volume: 1030 + i }),
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
