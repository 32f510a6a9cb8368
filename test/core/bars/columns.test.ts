import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BarBuilder,
  barsOf,
  rowsOf,
  storedBarsOf,
  storedRowsOf,
} from '../../../src/core/bars/bar-builder.ts';
import type { Bar, Ohlcv } from '../../../src/core/bars/bars.ts';
import { NO_BARS, firstAt, keep, pick, placeOf, slice, withSource } from '../../../src/core/bars/columns.ts';
import { joinBars, mergeBars } from '../../../src/core/bars/merge-bars.ts';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const orNull = fc.option(number, { nil: null });

/** Ascending, unique by `ts`. */
const rows = fc
  .uniqueArray(
    fc.record<Bar>({
      ts: fc.integer({ min: 0, max: 60 }),
      ...{ open: number, high: number, low: number, close: number },
      volume: fc.oneof(number, fc.constant(Number.NaN)),
      ...{ vwap: orNull, trades: orNull },
      source: fc.constantFrom('yahoo', 'csv', 'sample'),
      fetchedAt: fc.integer(),
    }),
    { selector: ({ ts }) => ts },
  )
  .map((all) => all.toSorted((a, b) => a.ts - b.ts));

const place = fc.integer({ min: -3, max: 70 });

function valuesOf({ ts, open, high, low, close, volume, vwap, trades }: Bar): Ohlcv {
  return { ts, open, high, low, close, volume, vwap, trades };
}

describe('bars as columns', () => {
  it('say what the rows say that they were made of', () => {
    fc.assert(
      fc.property(rows, (bars) => {
        expect(storedRowsOf(storedBarsOf(bars))).toEqual(bars);
        const values = bars.map(valuesOf);
        expect(rowsOf(barsOf(bars))).toEqual(values);
        const labelled = values.map((bar) => ({ ...bar, source: 'here', fetchedAt: 7 }));
        expect(storedRowsOf(withSource(barsOf(bars), 'here', 7))).toEqual(labelled);
      }),
    );
  });

  it('have no column of what is known of no bar', () => {
    const [vwap, trades] = [null, null];
    const bar = { ts: 1, open: 2, high: 3, low: 1, close: 2, volume: 5, vwap, trades };
    expect(barsOf([bar])).toMatchObject({ vwap: null, trades: null });
    expect(barsOf([bar, { ...bar, ts: 2, trades: 4 }])).toMatchObject({
      vwap: null,
      trades: new Float64Array([Number.NaN, 4]),
    });
    expect(rowsOf(NO_BARS)).toEqual([]);
  });

  it('are cut into views, of which none is copied', () => {
    fc.assert(
      fc.property(rows, place, place, (bars, from, to) => {
        const columns = storedBarsOf(bars);
        const part = slice(columns, from, to);
        const [start, end] = [Math.max(0, from), Math.max(0, Math.min(to, bars.length))];
        expect(storedRowsOf(part)).toEqual(bars.slice(start, Math.max(start, end)));
        expect(part.close.buffer).toBe(columns.close.buffer);
      }),
    );
  });

  it('are picked by their places, and stay the same object where all are kept', () => {
    fc.assert(
      fc.property(rows, (bars) => {
        const columns = storedBarsOf(bars);
        const late = keep(columns, (i) => (columns.ts[i] ?? 0) >= 30);
        expect(storedRowsOf(late)).toEqual(bars.filter(({ ts }) => ts >= 30));
        expect(keep(columns, () => true)).toBe(columns);
        const places = bars.map((_, i) => i).toReversed();
        expect(storedRowsOf(pick(columns, places))).toEqual(bars.toReversed());
      }),
    );
  });

  it('are found by their stamps', () => {
    fc.assert(
      fc.property(rows, place, (bars, ts) => {
        const found = bars.findIndex((bar) => bar.ts >= ts);
        expect(firstAt(barsOf(bars), ts)).toBe(found === -1 ? bars.length : found);
        expect(placeOf(barsOf(bars), ts)).toBe(bars.findIndex((bar) => bar.ts === ts));
      }),
    );
  });

  it('merge as a map by stamp would, and tell where each comes from', () => {
    fc.assert(
      fc.property(rows, rows, (older, newer) => {
        const byStamp = new Map([...older, ...newer].map((bar) => [bar.ts, bar]));
        const expected = [...byStamp.values()].toSorted((a, b) => a.ts - b.ts);
        const { bars, places } = joinBars(storedBarsOf(older), storedBarsOf(newer));
        expect(storedRowsOf(bars)).toEqual(expected);
        expect(Array.from(places, (at) => (at < 0 ? older[~at] : newer[at]))).toEqual(expected);
        const values = mergeBars(barsOf(older), barsOf(newer));
        expect(rowsOf(values)).toEqual(expected.map(valuesOf));
      }),
    );
  });

  it('merge in long stretches as one by one', () => {
    const stretch = (from: number, to: number, source: string): Bar[] =>
      Array.from({ length: Math.max(0, to - from) }, (_, i) => {
        const [ts, price] = [from + i, (from + i) * (source === 'old' ? 1 : 2)];
        const prices = { open: price, high: price + 1, low: price - 1, close: price + 0.5 };
        const vwap = source === 'old' ? price : null;
        return { ts, ...prices, volume: price, vwap, trades: null, source, fetchedAt: price };
      });
    const end = fc.integer({ min: 0, max: 120 });
    fc.assert(
      fc.property(end, end, end, (from, length, to) => {
        const [older, newer] = [stretch(20, 20 + to, 'old'), stretch(from, from + length, 'new')];
        const byStamp = new Map([...older, ...newer].map((bar) => [bar.ts, bar]));
        const expected = [...byStamp.values()].toSorted((a, b) => a.ts - b.ts);
        expect(storedRowsOf(mergeBars(storedBarsOf(older), storedBarsOf(newer)))).toEqual(expected);
      }),
    );
  });
});

describe('a builder of bars', () => {
  it('takes bars of others, from wherever they stand', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const others = barsOf(all);
        const builder = new BarBuilder(all.length);
        for (let i = all.length - 1; i >= 0; i--) builder.pushFrom(others, i);
        expect(rowsOf(builder.bars())).toEqual(all.map(valuesOf).toReversed());
      }),
    );
  });

  it('takes more than were expected, and takes the last one back', () => {
    const builder = new BarBuilder(1);
    expect(builder.lastTs).toBeNaN();
    builder.push(1, 2, 3, 1, 2, 100, 2.5, 9);
    builder.push(2, 2, 3, 1, 2, 100);
    builder.push(3, 2, 3, 1, 2, 100, 2.7);
    expect([builder.length, builder.lastTs]).toEqual([3, 3]);
    builder.pop();
    builder.push(4, 5, 6, 4, 5, 7);
    const bars = builder.bars();
    expect([...bars.ts]).toEqual([1, 2, 4]);
    expect(bars.vwap).toEqual(new Float64Array([2.5, Number.NaN, Number.NaN]));
    expect(bars.trades).toEqual(new Float64Array([9, Number.NaN, Number.NaN]));
    expect([...bars.volume]).toEqual([100, 100, 7]);
  });
});
