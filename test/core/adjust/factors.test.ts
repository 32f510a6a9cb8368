import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorporateAction, Ohlcv } from '../../../src/core/bars/bars.ts';
import { MS_PER_DAY, utcDayOf } from '../../../src/core/session/day.ts';
import {
  type Adjustment,
  factorSteps,
  isAdjustment,
  unusableDividends,
} from '../../../src/core/adjust/factors.ts';
import { adjustBars, sessionCloses } from '../adjusting.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const split = (exDay: number, ratio: number): CorporateAction => ({ kind: 'split', exDay, ratio });
const dividend = (exDay: number, amount: number): CorporateAction => ({ kind: 'dividend', exDay, amount });
const bar = (day: number, close: number, more: Partial<Ohlcv> = {}): Ohlcv => ({
  ts: day * MS_PER_DAY,
  open: close,
  high: close,
  low: close,
  close,
  volume: 100,
  vwap: null,
  trades: null,
  ...more,
});
const adjust = (bars: Ohlcv[], actions: CorporateAction[], mode: Adjustment, asOf = FOREVER): Ohlcv[] =>
  adjustBars(bars, factorSteps(actions, sessionCloses(bars, utcDayOf), mode, asOf), utcDayOf);
const closes = (...args: Parameters<typeof adjust>): number[] => adjust(...args).map(({ close }) => close);

describe('adjusted bars', () => {
  const bars = [bar(1, 100), bar(2, 100), bar(3, 50), bar(4, 50)];

  it('are the raw ones for mode none', () => {
    expect(adjust(bars, [split(3, 2), dividend(2, 1)], 'none')).toEqual(bars);
  });

  it('of before a split, and only those, have every price divided and the volume multiplied by its ratio', () => {
    const [first, , third] = adjust(
      [bar(1, 100, { open: 90, high: 110, low: 80, vwap: 95, trades: 7 }), bar(2, 100), bar(3, 25)],
      [split(3, 4)],
      'splits',
    );
    expect(first).toEqual(
      bar(1, 25, { open: 22.5, high: 27.5, low: 20, vwap: 23.75, volume: 400, trades: 7 }),
    );
    expect(third).toEqual(bar(3, 25));
  });

  it('count a split but no dividend for mode splits', () => {
    expect(closes(bars, [split(3, 2), dividend(2, 10)], 'splits')).toEqual([50, 50, 50, 50]);
  });

  it('take a dividend off by the close of the last session before its ex-date, which is raw', () => {
    expect(closes(bars, [dividend(2, 10)], 'all')).toEqual([90, 100, 50, 50]);
    expect(closes(bars, [split(3, 2), dividend(4, 5)], 'all')).toEqual([45, 45, 45, 50]);
  });

  it('add up the dividends of one ex-date', () => {
    expect(closes(bars, [dividend(2, 10), dividend(2, 15)], 'all')[0]).toBe(75);
  });

  it('take a dividend on the day of a split as one of the new shares, whichever comes first in the list', () => {
    const both = [split(3, 2), dividend(3, 5)];
    expect(closes(bars, both, 'all')).toEqual([45, 45, 50, 50]);
    expect(closes(bars, both.toReversed(), 'all')).toEqual([45, 45, 50, 50]);
  });

  it('know the split that went ex while nothing was traded before a dividend', () => {
    expect(closes([bar(1, 100), bar(6, 50)], [split(3, 2), dividend(6, 5)], 'all')).toEqual([45, 50]);
  });

  it('have nothing of actions after the as-of date, which is inclusive', () => {
    const actions = [split(3, 2), split(4, 5)];
    expect(closes(bars, actions, 'splits', 3)).toEqual([50, 50, 50, 50]);
    expect(closes(bars, actions, 'splits', 4)).toEqual([10, 10, 10, 50]);
    expect(closes(bars, actions, 'splits', 2)).toEqual([100, 100, 50, 50]);
  });

  it('are not touched by a dividend that is not below the close, which is named', () => {
    for (const amount of [100, 120]) {
      const actions = [dividend(2, amount)];
      expect(closes(bars, actions, 'all')).toEqual([100, 100, 50, 50]);
      expect(unusableDividends(actions, sessionCloses(bars, utcDayOf), FOREVER)).toEqual([
        { exDay: 2, amount, close: 100 },
      ]);
    }
    expect(
      unusableDividends([dividend(2, 99), dividend(1, 500)], sessionCloses(bars, utcDayOf), FOREVER),
    ).toEqual([]);
  });

  it('take the last bar of a session for its close', () => {
    const two = [bar(1, 90), { ...bar(1, 100), ts: MS_PER_DAY + 1 }];
    expect(sessionCloses(two, utcDayOf)).toEqual([{ session: 1, close: 100 }]);
    const day = [bar(1, 90), { ...bar(1, 100), ts: MS_PER_DAY + 3_600_000 }, bar(2, 100)];
    expect(closes(day, [dividend(2, 10)], 'all')).toEqual([81, 90, 100]);
  });
});

describe('laws of adjusting', () => {
  const actionsOf = fc.array(
    fc.oneof(
      fc
        .tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom(2, 4, 0.5, 0.05, 1.5))
        .map(([day, ratio]) => split(day, ratio)),
      fc
        .tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.01, max: 2, noNaN: true }))
        .map(([day, amount]) => dividend(day, amount)),
    ),
    { maxLength: 8 },
  );
  const series = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 31 }), fc.double({ min: 50, max: 500, noNaN: true })), {
      selector: ([day]) => day,
      minLength: 1,
      maxLength: 20,
    })
    .map((list) => list.toSorted(([a], [b]) => a - b).map(([day, close]) => bar(day, close)));

  it('the plain definition: a product over every later action of each session', () => {
    fc.assert(
      fc.property(series, actionsOf, fc.integer({ min: 0, max: 31 }), (bars, actions, asOf) => {
        const counted = actions.filter(({ exDay }) => exDay <= asOf);
        const mine = adjust(bars, actions, 'all', asOf);
        bars.forEach((raw, i) => {
          const day = utcDayOf(raw.ts);
          let factor = 1;
          for (const exDay of new Set(counted.map((action) => action.exDay))) {
            if (exDay <= day) continue;
            const last = bars.findLast(({ ts }) => utcDayOf(ts) < exDay) ?? raw;
            const between = (from: number): number =>
              counted.reduce(
                (p, a) => (a.kind === 'split' && from < a.exDay && a.exDay <= exDay ? p * a.ratio : p),
                1,
              );
            const amount = counted.reduce(
              (sum, a) => (a.kind === 'dividend' && a.exDay === exDay ? sum + a.amount : sum),
              0,
            );
            const kept = 1 - (amount * between(utcDayOf(last.ts))) / last.close;
            factor *= (kept > 0 ? kept : 1) / between(exDay - 1);
          }
          expect(Math.abs((mine[i]?.close ?? 0) / (raw.close * factor) - 1)).toBeLessThan(1e-9);
        });
      }),
    );
  });

  it('the last bar is as traded, and what was traded for money stays the same through splits', () => {
    fc.assert(
      fc.property(series, actionsOf, (bars, actions) => {
        const last = bars.at(-1);
        const mine = adjust(bars, actions, 'splits', utcDayOf(last?.ts ?? 0));
        expect(mine.at(-1)).toEqual(last);
        mine.forEach(({ close, volume }, i) => {
          expect((close * volume) / ((bars[i]?.close ?? 0) * 100)).toBeCloseTo(1, 12);
        });
      }),
    );
  });
});

describe('a mode', () => {
  it('is none, splits or all', () => {
    expect(['none', 'splits', 'all', 'ALL', ''].map(isAdjustment)).toEqual([true, true, true, false, false]);
  });
});

it('A dividend in another currency makes no factor, and is no unusable one', () => {
  const foreign = { ...dividend(10, 50), currency: 'USD' } as CorporateAction;
  const before = [{ session: 9, close: 100 }];
  expect(factorSteps([foreign], before, 'all', 20)).toEqual([{ exDay: 10, price: 1, volume: 1 }]);
  expect(unusableDividends([{ ...foreign, amount: 500 } as CorporateAction], before, 20)).toEqual([]);
  expect(factorSteps([foreign, dividend(10, 10)], before, 'all', 20)).toMatchObject([{ price: 0.9 }]);
});
