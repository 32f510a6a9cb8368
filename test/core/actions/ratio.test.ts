import { describe, expect, it } from 'vitest';
import { ratioText } from '../../../src/core/actions/ratio.ts';

describe('the text of a ratio', () => {
  it.each([
    [4, '4:1'],
    [0.05, '1:20'],
    [1.5, '3:2'],
    [1 / 3, '1:3'],
    [1.01, '101:100'],
    [1 / 250, '1:250'],
  ])('of %d is %s', (ratio, text) => {
    expect(ratioText(ratio)).toBe(text);
    expect(ratioText(ratio * (1 + 5e-7))).toBe(text);
  });

  it('is the number itself where no small fraction comes within the noise of a wire', () => {
    expect(ratioText(4 * (1 + 2e-6))).toBe('4.000008');
    expect(ratioText(Math.PI)).toBe(String(Math.PI));
  });
});
