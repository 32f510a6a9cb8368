import { describe, expect, it } from 'vitest';
import { largest, smallest } from '../../src/core/extremes.ts';

describe('extremes', () => {
  it('are those of Math, of none too', () => {
    for (const numbers of [[], [3], [2, -7, 5], [-0, 0], [1, Number.NaN], [Infinity, 1]]) {
      expect(largest(numbers)).toBe(Math.max(...numbers));
      expect(smallest(numbers)).toBe(Math.min(...numbers));
    }
  });

  it('are found of more numbers than a call bears', () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, i) => i);
    expect(() => Math.max(...numbers)).toThrow(RangeError);
    expect([smallest(numbers), largest(numbers)]).toEqual([0, 999_999]);
  });
});
