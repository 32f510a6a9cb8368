import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { SESSIONS, XNYS, answer, received, stored, want } from '../received.ts';

const HOUR = 3_600_000;
const [FIRST = 0, SECOND = 0] = SESSIONS;

/** Hourly bars of a session, each so many minutes after it should start, and another one than that. */
function hours(day: number, lateMinutes = 0): Bar[] {
  const { open } = XNYS.session(day);
  return [0, 1, 2, 3, 4, 5].map((i) =>
    stored(day, 100 + i / 10 + lateMinutes / 1000, { ts: open + i * HOUR + lateMinutes * 60_000 }),
  );
}

/** The judgement on whole hours of two sessions, the first of which is stored so. */
const judge = (kept: readonly Bar[], answered: readonly Bar[] = [...hours(FIRST), ...hours(SECOND)]) =>
  judgeAnswer(
    received({
      want: want({
        series: { ticker: 'AAPL', interval: '1h' },
        ...{ range: { from: FIRST, to: SECOND + 1 }, gaps: [{ from: SECOND, to: SECOND + 1 }] },
      }),
      answer: answer({ bars: [...answered] }),
      stored: {
        ...received().stored,
        bars: storedBarsOf(kept),
        coverage: { ...NOTHING_KNOWN, present: [{ from: FIRST, to: FIRST + 1 }] },
      },
    }),
  );

describe('an answer that starts no bar of a stored session when a stored one starts', () => {
  it('is refused by name, and says what to do', () => {
    expect(() => judge(hours(FIRST, 30))).toThrow(
      'the answer for AAPL has other bars instead of all 6 stored ones of 2025-06-02 to 2025-06-02: none starts when one ' +
        'of these does; if the stored ones are wrong: backfill forget AAPL --interval 1h, then run again',
    );
  });

  it('is taken where it has one of them, or none of the session', () => {
    const late = hours(FIRST, 30);
    expect(judge([...hours(FIRST).slice(0, 1), ...late.slice(1)]).comparison.gone).toHaveLength(5);
    expect(judge(late, hours(SECOND)).comparison.gone).toHaveLength(6);
  });

  it('is taken where a single bar is gone', () => {
    expect(judge(hours(FIRST, 30).slice(0, 1)).comparison.gone).toHaveLength(1);
  });
});
