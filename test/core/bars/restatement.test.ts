import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { compareBars, restatement } from '../rows.ts';
import { bar, exact } from './changed-bars.ts';

const scaled = (bars: readonly Ohlcv[], ratioOf: (i: number) => number): Ohlcv[] =>
  bars.map((one, i) => ({
    ...one,
    open: one.open * ratioOf(i),
    high: one.high * ratioOf(i),
    low: one.low * ratioOf(i),
    close: one.close * ratioOf(i),
  }));

describe('a restated series', () => {
  const stored = Array.from({ length: 120 }, (_, i) => bar(i, 20 + Math.sin(i)));
  const pairs = (answered: readonly Ohlcv[], from = 0, to = stored.length) =>
    compareBars(stored.slice(from, to), answered, exact).compared;

  /** How the first `bars` closes changed, each by its own ratio. */
  const changed = (ratioOf: (i: number) => number, bars = 120) =>
    restatement(pairs(scaled(stored, ratioOf), 0, bars));
  const rounded = (ratioOf: (i: number) => number, bars?: number) =>
    changed(ratioOf, bars)?.ratios.map((ratio) => ratio.toFixed(2));

  it('is known by the one ratio of all its closes', () => {
    expect(changed(() => 0.25)).toMatchObject({ bars: 120, isOldest: true });
    expect(rounded(() => 0.25)).toEqual(['0.25']);
  });

  it('may have changed up to some day only', () => {
    expect(rounded((i) => (i < 60 ? 0.95 : 1))).toEqual(['0.95', '1.00']);
    expect(changed((i) => (i < 60 ? 0.95 : 1))).toMatchObject({ bars: 60, isOldest: true });
    expect(rounded((i) => (i < 40 ? 0.9 : i < 80 ? 0.95 : 1))).toEqual(['0.90', '0.95', '1.00']);
  });

  it('is something else if newer bars changed and older ones did not', () => {
    expect(changed((i) => (i < 60 ? 1 : 0.6))).toMatchObject({ bars: 60, isOldest: false });
    expect(changed((i) => (i < 40 || i >= 80 ? 1 : 0.6))).toMatchObject({ bars: 40, isOldest: false });
    expect(changed((i) => (i < 40 || i >= 80 ? 0.6 : 1))).toMatchObject({ bars: 80, isOldest: false });
  });

  it('is not what an unchanged one is, nor one with corrected bars, however long', () => {
    expect(changed(() => 1)).toBeUndefined();
    for (const bars of [4, 10, 120]) {
      expect(changed((i) => (i === 2 ? 1.1 : 1), bars)).toBeUndefined();
      expect(changed((i) => (i === 0 ? 1.1 : 1), bars)).toBeUndefined();
    }
    expect(changed((i) => (i === 50 || i === 51 ? 1.02 : 1))).toBeUndefined();
    expect(changed((i) => (i >= 50 && i <= 52 ? 1.02 : 1))).toBeDefined();
  });

  it('is restated too if some of its bars were corrected besides', () => {
    expect(rounded((i) => (i === 7 ? 0.97 : 0.95))).toEqual(['0.95']);
  });

  it('is not what another instrument looks like', () => {
    expect(changed((i) => 1 + (i % 7) / 10, 6)).toBeUndefined();
    expect(changed((i) => 1 + (i % 2) / 10)).toBeUndefined();
  });

  it('has one ratio up to a cent of a price of 100, and not beyond', () => {
    const wobbly = (by: number) => changed((i) => 0.5 * (1 + by * (i % 2)), 10);
    expect(wobbly(9e-5)?.ratios).toHaveLength(1);
    expect(wobbly(1.1e-4)).toBeUndefined();
    expect(changed(() => 1 + 9e-5, 10)).toBeUndefined();
    expect(changed(() => 1 + 1.1e-4, 10)?.ratios).toHaveLength(1);
  });

  it('cannot be told by a single bar, and by two only if they are all', () => {
    expect(changed(() => 0.5, 1)).toBeUndefined();
    expect(changed(() => 0.5, 2)?.ratios).toHaveLength(1);
    expect(changed((i) => (i < 2 ? 0.5 : 1), 3)?.ratios).toEqual([0.5]);
    expect(changed((i) => (i < 2 ? 0.995 : 1), 3)).toBeUndefined();
    expect(changed((i) => (i > 0 ? 0.5 : 1), 3)).toBeUndefined();
  });
});

describe('prices that were rounded', () => {
  const cents = (low: number, high: number) =>
    fc.array(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 200 });
  /** How closes of so many thousandths changed where one side rounds them to a unit of so many. */
  const changeByRounding = (
    thousandths: readonly number[],
    rounded: (units: number) => number,
    isStoredRounded: boolean,
  ) => {
    const fine = thousandths.map((price, i) => bar(i, price / 1000)).map(flat);
    const coarse = thousandths.map((price, i) => bar(i, rounded(price / 10) / 100)).map(flat);
    const [stored, answered] = isStoredRounded ? [coarse, fine] : [fine, coarse];
    return restatement(compareBars(stored, answered, exact).compared);
  };
  const flat = ({ close, ...rest }: Ohlcv): Ohlcv => ({
    ...{ ...rest, close, open: close, high: close, low: close },
  });

  it.each([
    ['stored', true],
    ['answered', false],
  ])('on the side of what is %s are no restatement, however cheap the share', (_, isStoredRounded) => {
    for (const [low, high] of [
      [5, 20],
      [100, 140],
      [30_000, 40_000],
    ] as const) {
      fc.assert(
        fc.property(cents(low, high), (thousandths) => {
          expect(changeByRounding(thousandths, Math.round, isStoredRounded)).toBeUndefined();
        }),
      );
    }
  });

  it('or cut off are none either, where a cent is little', () => {
    fc.assert(
      fc.property(cents(5_000, 40_000), fc.boolean(), (thousandths, isStoredRounded) => {
        expect(changeByRounding(thousandths, Math.floor, isStoredRounded)).toBeUndefined();
        expect(changeByRounding(thousandths, Math.ceil, isStoredRounded)).toBeUndefined();
      }),
    );
  });

  it('by half a cent three times in a row are none, wherever they lie', () => {
    const halfCents = (isRounded: (i: number) => boolean, of = 120) => {
      const stored = Array.from({ length: of }, (__, i) => flat(bar(i, 36 + (i % 50) / 100)));
      const answered = stored.map((one, i) => (isRounded(i) ? { ...one, close: one.close + 0.005 } : one));
      return restatement(compareBars(stored, answered, exact).compared);
    };
    expect(halfCents((i) => i >= 50 && i <= 52)).toBeUndefined();
    expect(halfCents((i) => i < 3)).toBeUndefined();
    expect(halfCents((i) => i >= 117)).toBeUndefined();
    expect(halfCents((i) => i % 20 < 3)).toBeUndefined();
    expect(halfCents(() => true, 4)).toBeUndefined();
    expect(halfCents(() => true)).toBeUndefined();
  });

  it('leave a restated older part the older part', () => {
    const stored = Array.from({ length: 120 }, (_, i) => flat(bar(i, 36 + (i % 50) / 100)));
    const ratioOf = (i: number): number => (i < 40 ? 0.9 : i === 80 ? 1.02 : 1);
    const answered = stored.map((one, i) => ({
      ...one,
      close: one.close * ratioOf(i) + (i > 80 && i < 90 ? 0.005 : i > 40 && i < 60 ? -0.005 : 0),
    }));
    expect(restatement(compareBars(stored, answered, exact).compared)).toMatchObject({
      isOldest: true,
      ratios: [expect.closeTo(0.9, 3), 1],
    });
  });

  it('are one where one ratio explains moves of many sizes, though each is less than half a cent', () => {
    const stored = [0.12, 0.13, 0.15, 0.14].map((close, i) => flat(bar(i, close)));
    const adjusted = stored.map((one) => flat({ ...one, close: Number((one.close * 0.97).toFixed(4)) }));
    expect(restatement(compareBars(stored, adjusted, exact).compared)).toMatchObject({
      bars: 4,
      ratios: [expect.closeTo(0.97, 6)],
    });
  });

  it('are one where all moved by a whole cent that is much of the price', () => {
    const stored = [0.12, 0.13, 0.12, 0.14].map((close, i) => flat(bar(i, close)));
    const lower = stored.map((one) => flat({ ...one, close: Number((one.close - 0.01).toFixed(2)) }));
    expect(restatement(compareBars(stored, lower, exact).compared)).toMatchObject({ bars: 4 });
  });

  it('are one where a whole cent is more than half a per cent of the price', () => {
    const byACent = (closes: readonly number[]) => {
      const stored = closes.map((close, i) => flat(bar(i, close)));
      const lower = stored.map((one) => flat({ ...one, close: Number((one.close - 0.01).toFixed(2)) }));
      return restatement(compareBars(stored, lower, exact).compared);
    };
    expect(byACent([1.92, 1.93, 1.91, 1.94])).toMatchObject({ bars: 4 });
    expect(byACent([2.12, 2.13, 2.11, 2.14])).toBeUndefined();
  });

  it('are one where a ratio explains so many closes as chance does once in 100,000 times', () => {
    // A tenth of a cent explains a close that is known to the cent by chance in one case of five.
    const explained = (count: number) => {
      const stored = Array.from({ length: count }, (_, i) =>
        flat(bar(i, Number((0.16 - i / 100).toFixed(2)))),
      );
      const adjusted = stored.map((one) => flat({ ...one, close: Number((one.close * 0.97).toFixed(3)) }));
      return restatement(compareBars(stored, adjusted, exact).compared);
    };
    expect(explained(9)).toMatchObject({ bars: 9 });
    expect(explained(8)).toBeUndefined();
  });

  it('hide no ratio that is printed to the cent', () => {
    const ratios = fc.oneof(
      fc.double({ min: 0.05, max: 0.97, noNaN: true }),
      fc.double({ min: 1.03, max: 9, noNaN: true }),
    );
    fc.assert(
      fc.property(cents(1_000, 6_000), ratios, (prices, ratio) => {
        const stored = prices.map((price, i) => flat(bar(i, price / 100)));
        const answered = stored.map((one) => flat({ ...one, close: Number((one.close * ratio).toFixed(2)) }));
        const found = restatement(compareBars(stored, answered, exact).compared);
        expect(found).toMatchObject({ bars: prices.length, isOldest: true });
        // Closes that were rounded to both sides may show two, as near to it as cents are.
        expect(found?.ratios.length).toBeGreaterThan(0);
        for (const one of found?.ratios ?? []) expect(one / ratio).toBeCloseTo(1, 1);
      }),
    );
  });
});
