import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Day, DayRange } from '../../../src/core/session/day.ts';
import { contains, intersect, normalize, span, subtract, union } from '../../../src/core/session/ranges.ts';

const day = fc.integer({ min: -20, max: 40 });

/** Any list of ranges: unsorted, overlapping, touching, empty and reversed ones too. */
const anyRanges = fc.array(fc.record({ from: day, to: day }), { maxLength: 8 });

/** What the algebra takes: ascending and disjoint. Neighbours may touch. */
const ranges = fc
  .uniqueArray(fc.integer({ min: -20, max: 40 }), { maxLength: 12 })
  .chain((days) => fc.record({ edges: fc.constant(days.toSorted((a, b) => a - b)), touching: fc.boolean() }))
  .map(({ edges, touching }): DayRange[] =>
    edges.slice(1).flatMap((to, i) => (touching || i % 2 === 0 ? [{ from: edges[i] ?? to, to }] : [])),
  );

function daysIn(list: readonly DayRange[]): Set<Day> {
  const days = new Set<Day>();
  for (const range of list) for (let d = range.from; d < range.to; d++) days.add(d);
  return days;
}

function expectAscendingDisjoint(list: readonly DayRange[]): void {
  for (const [i, range] of list.entries()) {
    expect(range.from).toBeLessThan(range.to);
    expect(range.from).toBeGreaterThanOrEqual(list[i - 1]?.to ?? Number.NEGATIVE_INFINITY);
  }
}

describe('ranges', () => {
  it('normalize keeps the days and leaves neither overlap, touch nor empty range', () => {
    fc.assert(
      fc.property(anyRanges, (list) => {
        const normal = normalize(list);
        expect(daysIn(normal)).toEqual(daysIn(list));
        expectAscendingDisjoint(normal);
        for (const [i, range] of normal.entries()) expect(range.from).not.toBe(normal[i - 1]?.to);
      }),
    );
  });

  it('union, intersect and subtract do what they do to sets of days', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [inA, inB] = [daysIn(a), daysIn(b)];
        const cases = [
          { result: union(a, b), days: [...inA, ...inB] },
          { result: intersect(a, b), days: [...inA].filter((d) => inB.has(d)) },
          { result: subtract(a, b), days: [...inA].filter((d) => !inB.has(d)) },
        ];
        for (const { result, days } of cases) {
          expect(daysIn(result)).toEqual(new Set(days));
          expectAscendingDisjoint(result);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('contains agrees with the set of days', () => {
    fc.assert(
      fc.property(ranges, day, (list, d) => {
        expect(contains(list, d)).toBe(daysIn(list).has(d));
      }),
    );
  });

  it('span reaches from the first day to the last, in whatever order the ranges are', () => {
    expect(span([])).toBeUndefined();
    fc.assert(
      fc.property(ranges, (list) => {
        const days = [...daysIn(list)];
        const all = days.length > 0 ? { from: Math.min(...days), to: Math.max(...days) + 1 } : undefined;
        expect(span(list)).toEqual(all);
        expect(span(list.toReversed())).toEqual(all);
      }),
    );
  });

  it('takes ranges without an end', () => {
    const all = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];
    expect(intersect(all, [{ from: 1, to: 3 }])).toEqual([{ from: 1, to: 3 }]);
    expect(subtract([{ from: 1, to: 3 }], all)).toEqual([]);
    expect(subtract(all, [{ from: 1, to: 3 }])).toEqual([
      { from: Number.NEGATIVE_INFINITY, to: 1 },
      { from: 3, to: Number.POSITIVE_INFINITY },
    ]);
    expect(contains(all, 0)).toBe(true);
  });

  it('does not change its arguments and keeps nothing but the days of wider objects', () => {
    const wide = Object.freeze([
      Object.freeze({ from: 5, to: 7, note: 'x' }),
      Object.freeze({ from: 1, to: 6, note: 'y' }),
    ]);
    expect(normalize(wide)).toEqual([{ from: 1, to: 7 }]);
    expect(subtract(wide.slice(0, 1), [{ from: 6, to: 9 }])).toEqual([{ from: 5, to: 6 }]);
  });
});
