import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distortions } from '../../../../src/simulator/distortion.ts';
import {
  answer,
  daily,
  distort,
  type Distorted,
  distorted,
  expectOnlyRowsChanged,
  HOURLY,
  marketOf,
  type Row,
  rowsOf,
  times,
  value,
} from './distorting.ts';
import { resultOf } from '../../chart.ts';

const seeds = fc.integer({ min: 0, max: 1000 });

/** Distorts 252 daily rows by many seeds: five of them change, as told, and nothing else does. */
function inFiveRows(how: keyof Distortions, expected: (good: Row, bad: Row | undefined) => void): void {
  fc.assert(
    fc.property(seeds, (seed) => {
      const both = distorted(how, { seed });
      expect(both.bad).toHaveLength(both.good.length);
      expect(both.changed).toHaveLength(5);
      for (const i of both.changed) expected(both.good[i] as Row, both.bad[i]);
      expectOnlyRowsChanged(both);
    }),
    { numRuns: 20 },
  );
}

describe('rows that no market can have printed', () => {
  it('crossed: high and low change places', () => {
    inFiveRows('crossed', (good, bad) => {
      expect(bad).toEqual({ ...good, high: good['low'], low: good['high'] });
    });
  });

  it('crossed and negative-volume: only of rows that have a range and a volume', () => {
    const sparse = marketOf((row, i) =>
      i % 5 === 0 ? row : { ...row, high: row.close, low: row.close, volume: 0 },
    );
    for (const how of ['crossed', 'negative-volume'] as const) {
      for (let seed = 0; seed < 10; seed++) {
        const { good, changed } = distorted(how, { seed, market: sparse });
        expect(changed).toHaveLength(1);
        for (const i of changed) expect(value(good[i], 'volume')).toBeGreaterThan(0);
      }
    }
  });

  it('negative-price: the low is negated, the order of prices holds', () => {
    inFiveRows('negative-price', (good, bad) => expect(bad).toEqual({ ...good, low: -value(good, 'low') }));
  });

  it('zero-price: open and low are 0', () => {
    inFiveRows('zero-price', (good, bad) => expect(bad).toEqual({ ...good, open: 0, low: 0 }));
  });

  it('not-a-number: all prices are one number that is none; the answer stays JSON and the volume stays', () => {
    const seen = new Set<number>();
    inFiveRows('not-a-number', (good, bad) => {
      const price = value(bad, 'close');
      seen.add(price);
      const prices = { open: price, high: price, low: price, close: price, adjclose: price };
      expect(bad).toEqual({ ...good, ...prices });
    });
    expect([...seen].toSorted((a, b) => a - b)).toEqual([1e30, 3.4028234663852886e38, Infinity]);
    const { bad } = distorted('not-a-number', { query: HOURLY });
    expect(bad[0]).not.toHaveProperty('adjclose');
  });

  it('negative-volume: the volume is negated', () => {
    inFiveRows('negative-volume', (good, bad) => {
      expect(bad).toEqual({ ...good, volume: -value(good, 'volume') });
      expect(value(bad, 'volume')).toBeLessThan(0);
    });
  });

  it('negative-volume: none where nothing has a volume', () => {
    const pair = { ticker: 'QAAUSD=X' };
    expect(rowsOf(resultOf(answer(pair))).every(({ volume }) => volume === 0)).toBe(true);
    expect(distort('negative-volume', pair)).toBe(null);
  });

  it('contradicting: five rows stand twice, with other prices and volume before or after their true self', () => {
    const places = new Set<number>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const both: Distorted = distorted('contradicting', { seed });
        const { good, bad } = both;
        expect(bad).toHaveLength(good.length + 5);
        expect(bad.map(({ stamp }) => stamp)).toEqual(
          bad.map(({ stamp }) => stamp).toSorted((a, b) => a - b),
        );
        for (const row of good) {
          const same = bad.filter(({ stamp }) => stamp === row.stamp);
          const place = same.findIndex((one) => JSON.stringify(one) === JSON.stringify(row));
          expect(place).toBeGreaterThanOrEqual(0);
          if (same.length === 1) continue;
          places.add(place);
          expect(same).toHaveLength(2);
          expect(same[1 - place]).toEqual({
            ...times(row, 1.02),
            volume: Math.round(value(row, 'volume') * 0.9),
          });
        }
        expectOnlyRowsChanged(both);
      }),
      { numRuns: 10 },
    );
    expect(places).toEqual(new Set([0, 1]));
  });

  it('take at least one row of a short answer', () => {
    const oneDay = daily('2026-03-02', '2026-03-02');
    for (const how of [
      'crossed',
      'negative-price',
      'zero-price',
      'not-a-number',
      'negative-volume',
    ] as const) {
      expect(distorted(how, { query: oneDay }).changed).toEqual([0]);
    }
    expect(distorted('contradicting', { query: oneDay }).bad).toHaveLength(2);
  });

  it('choose among the rows that have values', () => {
    const nothing = { open: null, high: null, low: null, close: null, volume: null };
    const sparse = marketOf((row, i) => (i % 5 === 0 ? row : { ...row, ...nothing }));
    for (const how of ['negative-price', 'zero-price', 'not-a-number', 'spike', 'unit-flip'] as const) {
      for (let seed = 0; seed < 10; seed++) {
        expect([1, 8]).toContain(distorted(how, { seed, market: sparse }).changed.length);
      }
    }
  });
});
