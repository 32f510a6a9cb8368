import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consecutive,
  daily,
  distort,
  distorted,
  expectOnlyRowsChanged,
  HOURLY,
  times,
  value,
} from './distorting.ts';

const seeds = fc.integer({ min: 0, max: 1000 });
const queries = fc.constantFrom(undefined, HOURLY);
const ONE_DAY = daily('2026-03-02', '2026-03-02');
const TWO_DAYS = daily('2026-03-02', '2026-03-03');

describe('rows on another level than their neighbours', () => {
  it('jump: all prices from some row of the second half on are x0.6', () => {
    const starts = new Set<number>();
    fc.assert(
      fc.property(seeds, queries, (seed, query) => {
        const both = distorted('jump', { seed, ...(query !== undefined && { query }) });
        const { good, bad, changed } = both;
        const first = changed[0] ?? 0;
        starts.add(first);
        expect(first).toBeGreaterThanOrEqual(good.length / 2);
        expect(changed).toEqual(consecutive(first, good.length - first));
        for (const i of changed) expect(bad[i]).toEqual(times(good[i], 0.6));
        expectOnlyRowsChanged(both);
      }),
      { numRuns: 30 },
    );
    expect(starts.size).toBeGreaterThan(5);
  });

  it.each([
    ['spike', 1.35],
    ['gross-spike', 8],
  ] as const)('%s: all prices of one row are x%d', (how, factor) => {
    const places = new Set<number>();
    fc.assert(
      fc.property(seeds, queries, (seed, query) => {
        const both = distorted(how, { seed, ...(query !== undefined && { query }) });
        const [row = -1, ...others] = both.changed;
        places.add(row);
        expect(others).toEqual([]);
        expect(both.bad[row]).toEqual(times(both.good[row], factor));
        expectOnlyRowsChanged(both);
      }),
      { numRuns: 30 },
    );
    expect(places.size).toBeGreaterThan(5);
    expect(distorted(how, { query: ONE_DAY }).changed).toEqual([0]);
    const ofTwo = consecutive(0, 20).map((seed) => distorted(how, { seed, query: TWO_DAYS }).changed[0]);
    expect(new Set(ofTwo)).toEqual(new Set([0, 1]));
  });

  it('basis-flip: the rows before the middle are adjusted 4:1, and no event says so', () => {
    for (const query of [daily('2020-01-01', '2020-12-31'), HOURLY]) {
      const both = distorted('basis-flip', { query });
      const { good, bad, changed } = both;
      expect(changed).toEqual(consecutive(0, Math.floor(good.length / 2)));
      for (const i of changed) {
        expect(bad[i]).toEqual({ ...times(good[i], 0.25), volume: value(good[i], 'volume') * 4 });
      }
      expectOnlyRowsChanged(both);
    }
  });

  it('jump and basis-flip need two rows', () => {
    for (const how of ['jump', 'basis-flip'] as const) expect(distort(how, { query: ONE_DAY })).toBe(null);
    expect(distorted('jump', { query: TWO_DAYS }).changed).toEqual([1]);
    expect(distorted('basis-flip', { query: TWO_DAYS }).changed).toEqual([0]);
  });

  it('unit-flip: the prices of a run of 8, or of some single rows, are x100', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const both = distorted('unit-flip', { seed });
        const { good, bad, changed } = both;
        const isRun = changed.length === 8;
        kinds.add(isRun ? 'run' : 'single');
        if (isRun) expect(changed).toEqual(consecutive(changed[0] ?? 0, 8));
        else expect(changed).toHaveLength(5);
        for (const i of changed) expect(bad[i]).toEqual(times(good[i], 100));
        expectOnlyRowsChanged(both);
      }),
      { numRuns: 30 },
    );
    expect(kinds).toEqual(new Set(['run', 'single']));
    for (let seed = 0; seed < 10; seed++) {
      expect(distorted('unit-flip', { seed, query: ONE_DAY }).changed).toEqual([0]);
    }
  });

  it('stretch: the prices of a third of the rows of one session, between its first and last, are x10', () => {
    const firsts = new Set<number>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const both = distorted('stretch', { seed, query: HOURLY });
        const { good, bad, changed } = both;
        const [first = -1] = changed;
        firsts.add(first);
        expect(changed).toEqual(consecutive(first, 2));
        for (const i of changed) expect(bad[i]).toEqual(times(good[i], 10));
        const dayOf = (i: number): number => Math.floor((good[i]?.stamp ?? 0) / 86_400);
        expect(consecutive(first - 1, 4).map(dayOf)).toEqual([0, 0, 0, 0].map(() => dayOf(first)));
        expectOnlyRowsChanged(both);
      }),
      { numRuns: 30 },
    );
    expect(firsts.size).toBeGreaterThan(5);
    expect(distort('stretch')).toBe(null);
  });
});
