import { describe, expect, it } from 'vitest';
import { assertComplete } from '../../src/library/complete.ts';
import { absence, days } from '../store/fixtures.ts';
import { FEBRUARY_WEEK, judged } from './judged.ts';

describe('what is to be complete', () => {
  it('is passed where it is', () => {
    expect(() => assertComplete(judged({ present: [FEBRUARY_WEEK] }))).not.toThrow();
  });

  it('is refused by a code of its own, and the sessions are named', () => {
    const known = {
      present: [days('2026-02-24', '2026-02-26')],
      provisional: [days('2026-02-25', '2026-02-26')],
    };
    expect(() => assertComplete(judged(known))).toThrow(
      expect.objectContaining({
        code: 'incomplete',
        ticker: 'AAPL',
        message:
          'the history is not complete: AAPL 1d lacks 4 sessions (2026-02-23, 2026-02-25 provisional, 2026-02-26..2026-02-27); fill it first',
      }),
    );
  });

  it.each([
    ['vendor-empty', 'whoever was asked has no bars of it: another provider may'],
    ['rejected', 'what was rejected lies in quarantine, and another provider may have other bars'],
    ['plan-limited', 'fill it first'],
  ] as const)('is told what there is to do of sessions that are %s', (reason, todo) => {
    expect(() => assertComplete(judged({ absent: [absence(FEBRUARY_WEEK, { reason })] }))).toThrow(
      `AAPL 1d lacks 5 sessions (2026-02-23..2026-02-27 ${reason}); ${todo}`,
    );
  });

  it('is refused in one line, however much is lacking', () => {
    const ranges = Array.from({ length: 9 }, (_, i) => {
      const day = `2026-01-0${i + 1}`;
      return { start: day, end: day, sessions: 1, why: 'missing' as const };
    });
    const lacks = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((ticker) => ({
      ...{ series: { ticker, interval: '1d' as const }, ranges, sessions: 9 },
    }));
    const verdict = { complete: false, series: 7, lacks, provisional: [], absent: [], damaged: [] };
    const named = ['1', '2', '3', '4', '5'].map((day) => `2026-01-0${day}`).join(', ');
    const each = ['A', 'B', 'C', 'D', 'E'].map(
      (ticker) => `${ticker} 1d lacks 9 sessions (${named} and 4 more ranges)`,
    );
    expect(() => assertComplete(verdict)).toThrow(
      expect.objectContaining({
        ticker: undefined,
        message: `the history is not complete: ${each.join(', ')} and 2 more series; fill it first`,
      }),
    );
  });
});
