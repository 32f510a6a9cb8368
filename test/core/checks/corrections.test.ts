import { describe, expect, it } from 'vitest';
import { largeCorrections } from '../../../src/core/checks/corrections.ts';
import { bar } from '../bars/changed-bars.ts';
import { comparisonOf } from '../rows.ts';

describe('a large correction', () => {
  const large = (before: readonly number[], now: readonly number[]): number => {
    const rows = (closes: readonly number[]) => closes.map((close, i) => bar(i, close));
    return largeCorrections(comparisonOf(rows(before), rows(now)).compared).length;
  };

  it('changes a price by more than a twentieth', () => {
    expect(large([100, 100, 100], [104.9, 95.1, 100])).toBe(0);
    expect(large([100, 100, 100], [105.1, 94.9, 100])).toBe(2);
  });

  it('is one too where the answer is printed so coarsely', () => {
    expect(large([3.4, 2.7, 3.01, 12.4], [3, 3, 3, 12])).toBe(2);
    expect(large([3, 3, 3, 12], [3.4, 2.7, 3.01, 12.4])).toBe(2);
  });
});
