import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { type StoredBars, slice } from '../../../src/core/bars/columns.ts';
import { areMonthMarks, marksIn, monthMarksOf, shareMark } from '../../../src/core/bars/month-marks.ts';
import { areSameSeries } from '../../../src/core/bars/same-bars.ts';
import { MS_PER_DAY } from '../../../src/core/session/day.ts';

/** Daily bars of some days since January 1970. */
function daily(days: readonly number[], closeOf = (day: number): number => 100 + (day % 7)): StoredBars {
  return storedBarsOf(
    days.map((day) => {
      const close = closeOf(day);
      return {
        ts: day * MS_PER_DAY,
        ...{ open: close, high: close, low: close, close, volume: 1000 + day },
        ...{ vwap: null, trades: null, source: 'test', fetchedAt: 0 },
      };
    }),
  );
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('the marks of months', () => {
  it('are one of the first bar of each month, however many bars it has', () => {
    const whole = monthMarksOf(daily(upTo(0, 90)));
    expect(whole?.from).toBe(0);
    expect(marksIn(whole ?? { from: 0, of: '' })).toHaveLength(3);
    expect(areMonthMarks(whole?.of ?? '')).toBe(true);
    // January, and April after a gap.
    const gapped = monthMarksOf(daily([0, 90]));
    expect(gapped?.of.slice(4, 12)).toBe('........');
    expect(gapped?.of.slice(0, 4)).toBe(whole?.of.slice(0, 4));
    expect(monthMarksOf(daily([]))).toBeUndefined();
  });

  it('are others for another close, volume or stamp', () => {
    const [one] = [monthMarksOf(daily([5]))?.of];
    expect(monthMarksOf(daily([5], () => 100.01))?.of).not.toBe(one);
    expect(monthMarksOf(daily([6], () => 105))?.of).not.toBe(one);
    const bars = daily([5]);
    bars.volume[0] = 7;
    expect(monthMarksOf(bars)?.of).not.toBe(one);
  });

  it('of bars and of what is added to them are those of both', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(days, fc.nat(60), (some, cut) => {
        const bars = daily(some.toSorted((a, b) => a - b));
        const at = cut % (bars.length + 1);
        const [older, newer] = [slice(bars, 0, at), slice(bars, at, bars.length)];
        const before =
          at === 0 ? undefined : { marks: monthMarksOf(older), lastTs: older.ts[at - 1] as number };
        expect(monthMarksOf(newer, before)).toEqual(monthMarksOf(bars));
      }),
    );
  });

  it('are shared where a month of both has the same one, and by nothing else', () => {
    const [early, late] = [monthMarksOf(daily(upTo(0, 90))), monthMarksOf(daily(upTo(59, 150)))];
    if (early === undefined || late === undefined) throw new Error('no marks');
    expect(shareMark(early, late)).toBe(true);
    expect(shareMark(late, early)).toBe(true);
    // The same marks, of other months.
    expect(shareMark(early, { ...early, from: early.from + 1 })).toBe(false);
    expect(shareMark(early, { ...late, from: 99 })).toBe(false);
    expect(shareMark({ from: 0, of: '....' }, { from: 0, of: '....abcd' })).toBe(false);
  });

  it('are read of nothing else', () => {
    for (const text of ['', 'abc', '...', 'ab.d', 'abcd...', 'ab d']) expect(areMonthMarks(text)).toBe(false);
  });
});

describe('bars of two tickers', () => {
  it('are of one series where nine of ten agree, as far as both reach', () => {
    const one = daily(upTo(0, 100));
    expect(areSameSeries(one, daily(upTo(0, 100)))).toBe(true);
    expect(areSameSeries(one, daily(upTo(60, 160)))).toBe(true);
    const changed = (share: number) => daily(upTo(0, 100), (day) => 100 + (day % 7) + (day < share ? 1 : 0));
    expect(areSameSeries(one, changed(10))).toBe(true);
    expect(areSameSeries(one, changed(11))).toBe(false);
    // Every second bar of the one is no bar of the other.
    expect(areSameSeries(one, daily(upTo(0, 50).map((i) => 2 * i)))).toBe(false);
  });

  it('are not where too few agree to tell, or none', () => {
    expect(areSameSeries(daily(upTo(0, 4)), daily(upTo(0, 4)))).toBe(false);
    expect(areSameSeries(daily(upTo(0, 5)), daily(upTo(0, 5)))).toBe(true);
    expect(areSameSeries(daily(upTo(0, 50)), daily(upTo(50, 90)))).toBe(false);
    expect(areSameSeries(daily([]), daily([]))).toBe(false);
  });
});
