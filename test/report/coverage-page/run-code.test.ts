import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRuns, encodeRuns, fromSteps, stepsOf } from '../../../src/report/coverage-page/run-code.ts';

describe('the short text of what is known of sessions', () => {
  it('names the entry of each run, and how many sessions it is', () => {
    const runs = [
      { entry: 0, sessions: 250 },
      { entry: 1, sessions: 1 },
      { entry: 0, sessions: 12 },
    ];
    expect(encodeRuns(runs)).toBe('A250BA12');
    expect(
      encodeRuns([
        { entry: 26, sessions: 1 },
        { entry: 27 * 26 + 3, sessions: 2 },
      ]),
    ).toBe('BaBbd2');
  });

  it('is read as it was written, however many entries there are', () => {
    const run = fc.record({ entry: fc.nat(20_000), sessions: fc.integer({ min: 1, max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        expect(decodeRuns(encodeRuns(runs))).toEqual(runs);
      }),
    );
  });

  it('tells ascending numbers by the steps between them', () => {
    expect(stepsOf([15_820, 15_821, 15_824])).toEqual([15_820, 1, 3]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 })), (numbers) => {
        const ascending = numbers.toSorted((a, b) => a - b);
        expect(fromSteps(stepsOf(ascending))).toEqual(ascending);
      }),
    );
  });
});
