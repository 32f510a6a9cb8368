import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv, Split } from '../../../src/core/bars/bars.ts';
import { isSameBar, volumeStepOf, volumeSteps } from '../../../src/core/bars/compare.ts';
import { MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import { compareBars, priceDrift } from '../rows.ts';
import { bar, exact } from './changed-bars.ts';

describe('comparing stored bars with an answer', () => {
  it('tells those that agree, those that differ and those that are gone', () => {
    const stored = [bar(1, 10), bar(2, 11), bar(3, 12)];
    const answered = [bar(0, 9), bar(1, 10), bar(3, 12.5)];
    const { compared, differing, gone } = compareBars(stored, answered, exact);
    expect(compared.map(({ stored: { ts } }) => ts / MS_PER_DAY)).toEqual([1, 3]);
    expect(differing).toEqual([{ stored: bar(3, 12), answered: bar(3, 12.5) }]);
    expect(gone).toEqual([bar(2, 11)]);
  });

  it('takes what a float32 wire does to a price for no difference', () => {
    expect(isSameBar(bar(1, 10), bar(1, 10 * (1 + 1.9e-7)), 0)).toBe(true);
    expect(isSameBar(bar(1, 10), bar(1, 10 * (1 + 2.2e-7)), 0)).toBe(false);
  });

  it.each(['open', 'high', 'low', 'close', 'volume'] as const)('sees a change of %s', (field) => {
    expect(isSameBar(bar(1, 10), { ...bar(1, 10), [field]: 10.01 }, 0)).toBe(false);
  });

  it('takes volumes within half a step for the same', () => {
    expect(isSameBar(bar(1, 10, 1010), bar(1, 10, 1000), 20)).toBe(true);
    expect(isSameBar(bar(1, 10, 1011), bar(1, 10, 1000), 20)).toBe(false);
  });

  it.each(['open', 'high', 'low', 'close'] as const)(
    'measures the change of %s, as a part of the stored price',
    (field) => {
      const drift = (value: number) =>
        priceDrift({ stored: { ...bar(1, 10), [field]: 10 }, answered: { ...bar(1, 10), [field]: value } });
      expect(drift(20)).toBeCloseTo(1, 12);
      expect(drift(13.5)).toBeCloseTo(0.35, 12);
      expect(drift(5)).toBeCloseTo(0.5, 12);
    },
  );

  it('takes an unknown volume for any, and no price', () => {
    expect(isSameBar(bar(1, 10, Number.NaN), bar(1, 10, 7), 0)).toBe(true);
    expect(isSameBar(bar(1, 10, 7), bar(1, 10, Number.NaN), 0)).toBe(true);
    expect(isSameBar(bar(1, 10, Number.NaN), bar(1, 10.01, Number.NaN), 0)).toBe(false);
  });

  it('measures changes at 0 and below it', () => {
    const drift = (stored: number, answered: number): number => {
      const flat = (price: number): Ohlcv => ({
        ...bar(1, 1),
        open: price,
        high: price,
        low: price,
        close: price,
      });
      return priceDrift({ stored: flat(stored), answered: flat(answered) });
    };
    expect(drift(-37.63, -37.63)).toBe(0);
    expect(drift(0, 0)).toBe(0);
    expect(drift(-40, -20)).toBeCloseTo(0.5);
    expect(drift(-20, -40)).toBeCloseTo(1);
    expect(drift(0, 5)).toBe(1);
    expect(drift(-10, 10)).toBeCloseTo(2);
    expect(isSameBar(bar(1, -37.63), bar(1, -37.630_001), 0)).toBe(true);
    expect(isSameBar(bar(1, -37.63), bar(1, 37.63), 0)).toBe(false);
  });

  it('allows each volume its own step, and a float more', () => {
    const before = [bar(1, 10, 1010), bar(2, 10, 1010)];
    const answered = [bar(1, 10, 1000), bar(2, 10, 1000)];
    const stepAt = (ts: number): number => (ts < 2 * MS_PER_DAY ? 20 : 0);
    expect(compareBars(before, answered, stepAt).differing.map(({ stored: { ts } }) => ts)).toEqual([
      2 * MS_PER_DAY,
    ]);
    expect(isSameBar(bar(1, 10, 1_000_010.000001), bar(1, 10, 1_000_000), 20)).toBe(true);
    expect(isSameBar(bar(1, 10, 10.0000001), bar(1, 10, 0), 20)).toBe(true);
    expect(isSameBar(bar(1, 10, 10.0001), bar(1, 10, 0), 20)).toBe(false);
  });

  it('measures the largest change of a price', () => {
    const answered = { ...bar(1, 10), high: 10.1 * 2 };
    expect(priceDrift({ stored: bar(1, 10), answered })).toBeCloseTo(1);
  });
});

describe('the precision of volumes', () => {
  const split = (date: string, ratio: number): Split => ({ kind: 'split', exDay: parseDay(date), ratio });

  it('is a step of as many units as a reverse split joins, before it', () => {
    const steps = volumeSteps([split('2020-04-29', 1 / 8)]);
    expect(volumeStepOf(steps, parseDay('2020-04-28'))).toBeCloseTo(8);
    expect(volumeStepOf(steps, parseDay('2020-04-29'))).toBe(0);
  });

  it('takes all later splits together, in whatever order they are listed', () => {
    const splits = [split('2020-04-29', 1 / 8), split('2010-01-04', 2), split('2015-01-05', 1 / 3)];
    for (const listed of [splits, splits.toReversed()]) {
      const steps = volumeSteps(listed);
      const at = (date: string): number => volumeStepOf(steps, parseDay(date));
      expect(at('2009-12-31')).toBeCloseTo(24);
      expect(at('2014-12-31')).toBeCloseTo(24);
      expect(at('2020-04-28')).toBeCloseTo(8);
      expect(at('2020-04-29')).toBe(0);
    }
  });

  it('is that of the splits that a session precedes, no earlier ones', () => {
    const steps = volumeSteps([split('2010-01-04', 1 / 10), split('2020-08-31', 4)]);
    expect(volumeStepOf(steps, parseDay('2010-01-03'))).toBeCloseTo(10);
    expect(volumeStepOf(steps, parseDay('2010-01-04'))).toBe(0);
  });

  it('is exact before splits that multiply shares', () => {
    expect(volumeSteps([split('2020-08-31', 4)])).toEqual([]);
  });

  it('is never finer than a bar fetched between any two of the splits was known to', () => {
    const ratios = fc.constantFrom(1 / 20, 1 / 8, 1 / 2, 2, 4, 7);
    fc.assert(
      fc.property(fc.array(ratios, { minLength: 1, maxLength: 5 }), fc.nat(), (all, until) => {
        const splits = all.map((ratio, i): Split => ({ kind: 'split', exDay: 100 + i * 10, ratio }));
        const steps = volumeSteps(splits);
        const known = all.slice(0, (until % all.length) + 1);
        const shares = known.reduce((product, ratio) => product * ratio, 1);
        expect(volumeStepOf(steps, 99)).toBeGreaterThanOrEqual(shares < 1 ? (1 / shares) * (1 - 1e-9) : 0);
      }),
    );
  });
});
