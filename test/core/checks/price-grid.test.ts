import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { priceGrid } from '../rows.ts';

const at = (...closes: readonly number[]): Ohlcv[] =>
  closes.map((close, ts) => ({
    ...{ ts, open: close, high: close, low: close, close, volume: 1, vwap: null, trades: null },
  }));

describe('the unit that prices are printed in', () => {
  it('is that of the finest decimals that most of them have', () => {
    expect(priceGrid(at(36.4, 36.45, 37.01, 37))).toBe(0.01);
    expect(priceGrid(at(3021, 2998))).toBe(1);
    expect(priceGrid(at(1.0523, 1.0541))).toBe(1e-4);
    expect(priceGrid(at(0.00001234))).toBe(1e-8);
    expect(priceGrid(at(-37.63, 10.01))).toBe(0.01);
    expect(priceGrid([])).toBe(0);
  });

  it('is not what one in ten has besides', () => {
    const cents = Array.from({ length: 9 }, (_, i) => 36.41 + i / 100);
    expect(priceGrid(at(...cents, 36.445))).toBe(0.01);
    expect(priceGrid(at(...cents, 36.445, 36.455))).toBe(0.001);
  });

  it('is that of nine in ten exactly', () => {
    const prices = (finer: number): number[] =>
      Array.from({ length: 100 }, (_, i) => 36.41 + i / 100 + (i < finer ? 0.005 : 0));
    expect([priceGrid(at(...prices(10))), priceGrid(at(...prices(11)))]).toEqual([0.01, 0.001]);
  });

  it('has nine decimals at most, and heeds of a float no more than a billionth part', () => {
    expect(priceGrid(at(0.123456789))).toBe(1e-9);
    expect(priceGrid(at(1.2e-9))).toBe(1e-9);
    expect(priceGrid(at(10.01 * (1 + 0.8e-9)))).toBe(0.01);
    expect(priceGrid(at(10.01 * (1 + 1.2e-9)))).toBe(1e-8);
  });

  it('is found whatever the decimals became in binary', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.integer({ min: 0, max: 6 }),
        (units, decimals) => {
          fc.pre(units % 10 !== 0);
          expect(priceGrid(at(units / 10 ** decimals))).toBe(1 / 10 ** decimals);
          expect(priceGrid(at(units * 0.1 ** decimals))).toBe(1 / 10 ** decimals);
        },
      ),
    );
  });
});
