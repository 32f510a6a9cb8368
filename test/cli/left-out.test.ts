import { afterEach, expect, it, vi } from 'vitest';
import { tellLeftOut } from '../../src/cli/left-out.ts';

afterEach(() => void vi.restoreAllMocks());

const REASONS = Array.from({ length: 499 }, (_, i) => `bars/${i}: gone`);

/** The lines on stderr. */
function told(reasons: readonly string[], isTerminal: boolean): readonly string[] {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  tellLeftOut(reasons, isTerminal);
  return write.mock.calls.map(([text]) => String(text).trimEnd());
}

it('what is left out is named as a whole in a file, and its beginning on a terminal', () => {
  expect(told(REASONS, false)).toEqual(REASONS.map((reason) => `left out: ${reason}`));
  vi.restoreAllMocks();
  const shown = told(REASONS, true);
  expect(shown).toHaveLength(21);
  expect(shown.at(-2)).toBe('left out: bars/19: gone');
  expect(shown.at(-1)).toBe('left out: … and 479 more; 2>FILE names them all');
  vi.restoreAllMocks();
  expect(told(REASONS.slice(0, 20), true)).toHaveLength(20);
});
