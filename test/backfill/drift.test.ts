import { describe, expect, it } from 'vitest';
import { driftOf, sumDrift } from '../../src/backfill/drift.ts';
import { stored } from './received.ts';
import { comparisonOf } from '../core/rows.ts';

describe('the drift of an answer', () => {
  it('counts by the provider of the stored bars what was answered, what changed, and what is gone', () => {
    const known = [
      stored(1, 100),
      stored(2, 100, { source: 'test/flat' }),
      stored(3, 100),
      stored(4, 100, { source: 'other' }),
      stored(5, 100, { source: 'other/flat' }),
    ];
    const answered = [stored(1, 100), stored(2, 110), stored(3, 80), stored(4, 100, { volume: 7 })];
    const test = { compared: 3, changed: 2, gone: 0, worst: expect.closeTo(0.2, 12) as number };
    const other = { compared: 1, changed: 1, gone: 1, worst: 0 };
    expect(driftOf(comparisonOf(known, answered), 'other')).toEqual({ test, other });
    // Who never had a bar has not lost it.
    expect(driftOf(comparisonOf(known, answered), 'test')).toEqual({ test, other: { ...other, gone: 0 } });
    expect(driftOf(comparisonOf([], []), 'test')).toEqual({});
  });

  it('of several answers is their sum, with the worst price of them', () => {
    const [a, b] = [
      { compared: 3, changed: 2, gone: 1, worst: 0.2 },
      { compared: 5, changed: 1, gone: 4, worst: 0.3 },
    ];
    expect(sumDrift([{ one: a }, { one: b, two: a }, {}])).toEqual({
      one: { compared: 8, changed: 3, gone: 5, worst: 0.3 },
      two: a,
    });
    expect(sumDrift([{ one: b }, { one: a }])['one']?.worst).toBe(0.3);
  });
});
