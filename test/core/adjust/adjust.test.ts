import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromWire, toDeclared } from '../../../src/core/adjust/adjust.ts';
import type { Dividend, Ohlcv, Split } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { toRaw } from '../rows.ts';

const split = (date: string, ratio: number): Split => ({ kind: 'split', exDay: parseDay(date), ratio });

function bar(date: string, price: number, volume: number): Ohlcv {
  const ts = parseDay(date) * MS_PER_DAY;
  return { ts, open: price, high: price, low: price, close: price, volume, vwap: null, trades: null };
}

/** What a split-adjusting vendor prints for a raw bar: single-precision prices, whole volumes. */
function asVendor(raw: Ohlcv, splits: readonly Split[]): Ohlcv {
  const shares = splits
    .filter(({ exDay }) => exDay > utcDayOf(raw.ts))
    .reduce((product, { ratio }) => product * ratio, 1);
  const price = (value: number): number => Math.fround(value / shares);
  return {
    ...raw,
    open: price(raw.open),
    high: price(raw.high),
    low: price(raw.low),
    close: price(raw.close),
    volume: Math.round(raw.volume * shares),
  };
}

describe('split-adjusted bars turned back', () => {
  it('are AAPL’s as traded around its split of four for one', () => {
    const splits = [split('2020-08-31', 4)];
    const adjusted = [bar('2020-08-28', 124.8075, 187_630_000), bar('2020-08-31', 129.04, 225_702_700)];
    const [before, after] = toRaw(adjusted, splits, utcDayOf);
    expect(before).toMatchObject({ close: 499.23, volume: 46_907_500 });
    expect(after).toMatchObject({ close: 129.04, volume: 225_702_700 });
  });

  it('take every later split into account, reverse ones too', () => {
    const splits = [split('2020-01-02', 4), split('2021-01-04', 0.05), split('2022-01-03', 2)];
    const [oldest, middle, newest] = toRaw(
      [bar('2019-12-31', 10, 100), bar('2020-06-01', 10, 100), bar('2022-01-03', 10, 100)],
      splits,
      utcDayOf,
    );
    expect(oldest).toMatchObject({ close: 4, volume: 250 });
    expect(middle).toMatchObject({ close: 1, volume: 1000 });
    expect(newest).toMatchObject({ close: 10, volume: 100 });
  });

  it('equal what was traded: prices within 2e-7, volumes within half a unit of the wire', () => {
    const ratios = fc.constantFrom(4, 2, 1.5, 7, 0.05, 0.1);
    const dates = fc.constantFrom('2019-05-01', '2020-02-03', '2020-07-01', '2021-03-01');
    const traded = fc.tuple(fc.integer({ min: 50, max: 90_000_000 }), fc.integer({ min: 0, max: 1e9 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(dates, ratios), { maxLength: 3 }), traded, (list, [cents, volume]) => {
        const splits = list.map(([date, ratio]) => split(date, ratio));
        const raw = bar('2020-03-02', cents / 100, volume);
        const [back] = toRaw([asVendor(raw, splits)], splits, utcDayOf);
        const shares = splits
          .filter(({ exDay }) => exDay > utcDayOf(raw.ts))
          .reduce((p, s) => p * s.ratio, 1);
        expect(Math.abs((back?.close ?? 0) / raw.close - 1)).toBeLessThanOrEqual(2e-7);
        expect(Math.abs((back?.volume ?? 0) - volume)).toBeLessThanOrEqual(0.5 / shares + 0.5);
        if (splits.length === 0 && cents < 1e7) expect(back).toEqual(raw);
      }),
    );
  });

  it('keep fractional volumes where nothing was split', () => {
    expect(toRaw([bar('2020-01-01', 7200.174, 18.25)], [], utcDayOf)[0]?.volume).toBe(18.25);
  });
});

describe('a price over a single-precision wire', () => {
  it('comes back to the cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), (cents) => {
        expect(fromWire(Math.fround(cents / 100))).toBe(cents / 100);
      }),
    );
  });
});

describe('a price with more digits than single precision holds', () => {
  it('comes back within 1e-7', () => {
    expect(Math.abs(fromWire(Math.fround(140_201.15)) / 140_201.15 - 1)).toBeLessThan(1e-7);
  });
});

describe('a dividend', () => {
  it('is as declared before the later splits', () => {
    const dividend: Dividend = { kind: 'dividend', exDay: parseDay('2020-05-08'), amount: 0.205 };
    expect(toDeclared(dividend, [split('2020-08-31', 4)])).toEqual({ ...dividend, amount: 0.82 });
    expect(toDeclared(dividend, [split('2020-05-08', 4)])).toEqual(dividend);
  });
});

describe('a price of a single-precision wire', () => {
  /** By texts alone: the shortest decimal of at least six digits that is printed so. */
  function shortest(wire: number, shares: number): number {
    const price = wire * shares;
    const decimals = [6, 7, 8].map((digits) => Number(price.toPrecision(digits)));
    const printed = decimals.find((decimal) => Math.fround(decimal / shares) === Math.fround(wire));
    return printed ?? Number(price.toPrecision(9));
  }

  const shares = fc.constantFrom(1, 4, 2, 1.5, 7, 1 / 20, 1 / 3, 0.1);
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const cents = fc.integer({ min: -9_999_999, max: 99_999_999 }).map((units) => units / 100);
  const halves = fc
    .tuple(fc.integer({ min: 100_000, max: 10_000_000 }), fc.integer({ min: 0, max: 9 }))
    .map(([units, decimals]) => (units + 0.5) / 10 ** decimals);

  it('is the shortest decimal that it can be, whatever the price', () => {
    fc.assert(
      fc.property(fc.oneof(cents, halves, number), shares, (price, ratio) => {
        const wire = Math.fround(price / ratio);
        expect(fromWire(wire, ratio)).toBe(shortest(wire, ratio));
        expect(fromWire(price, ratio)).toBe(shortest(price, ratio));
      }),
      {
        numRuns: 5000,
        examples: [
          [0, 1],
          [1e22, 1],
          [999_999.5, 1],
          [0.000_01, 1],
          [9.999_999, 4],
        ],
      },
    );
  });
});
