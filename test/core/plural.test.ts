import { expect, it } from 'vitest';
import { formatCount, plural } from '../../src/core/plural.ts';

it('a count has its noun in the number that it is of', () => {
  expect([0, 1, 2, 1234].map((count) => plural(count, 'bar'))).toEqual([
    ...['0 bars', '1 bar', '2 bars', '1,234 bars'],
  ]);
  expect([1, 2].map((count) => plural(count, 'more entry', 'more entries'))).toEqual([
    ...['1 more entry', '2 more entries'],
  ]);
  expect(formatCount(1_234_567)).toBe('1,234,567');
});
