import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { NO_ROWS, sumAfter, sumIn, sumOf } from '../../../src/store/tables/row-sum.ts';
import { daily, WEEK } from '../fixtures.ts';

const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, -1));
const volume = fc.oneof(value, fc.constant(Number.NaN));
const maybe = fc.oneof(value, fc.constant(null));
const bar = fc
  .record({
    ...{ open: value, high: value, low: value, close: value, volume, vwap: maybe },
    trades: fc.oneof(fc.nat(), fc.constant(null)),
    source: fc.constantFrom('yahoo', 'csv', ''),
    fetchedAt: fc.nat(),
  })
  .map((values) => daily('2026-02-23', values));
const bars = fc
  .array(bar, { maxLength: 6 })
  .map((all) => all.map((one, i) => ({ ...one, ts: one.ts + i * 86_400_000 })));

describe('the sum of rows', () => {
  it('is the one of all rows after any change of some', () => {
    fc.assert(
      fc.property(bars, bars, bars, (kept, before, after) => {
        const [all, then] = [storedBarsOf([...kept, ...before]), storedBarsOf([...kept, ...after])];
        expect(sumAfter(sumOf(all), storedBarsOf(before), storedBarsOf(after))).toBe(sumOf(then));
        expect(sumAfter(sumOf(all), all, NO_BARS)).toBe(NO_ROWS);
      }),
    );
  });

  it('is the same in any order, and in the form that it is read in', () => {
    fc.assert(
      fc.property(bars, (all) => {
        const sum = sumOf(storedBarsOf(all));
        expect(sumOf(storedBarsOf(all.toReversed()))).toBe(sum);
        expect(sumIn(sum)).toBe(sum);
      }),
    );
    expect(sumIn('0')).toBeUndefined();
    expect(sumIn(undefined)).toBeUndefined();
  });

  it('is another one for another value of any kind', () => {
    const sums = new Set<string>();
    const others = [
      {},
      ...(['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'fetchedAt'] as const).map((name) => ({
        [name]: 7,
      })),
      { ts: 7 },
      { volume: Number.NaN },
      { volume: 0 },
      { vwap: 0 },
      { trades: 0 },
      { source: 'mine' },
    ];
    for (const other of others)
      sums.add(sumOf(storedBarsOf(WEEK.map((one, i) => (i === 2 ? { ...one, ...other } : one)))));
    expect(sums.size).toBe(others.length);
    expect(sumOf(storedBarsOf([{ ...daily('2026-02-23'), open: -0 }]))).toBe(
      sumOf(storedBarsOf([{ ...daily('2026-02-23'), open: 0 }])),
    );
  });
});
