import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { SESSIONS, XNYS, answer, received, stored, want } from '../received.ts';

const MINUTE = 60_000;
const [FIRST = 0, SECOND = 0] = SESSIONS;

/** Bars of a session, one an hour from so many minutes after its open on. */
function hours(day: number, source: string, lateMinutes = 0): Bar[] {
  const { open } = XNYS.session(day);
  return [0, 1, 2, 3, 4, 5].map((i) =>
    stored(day, 100 + i / 10, { ts: open + (60 * i + lateMinutes) * MINUTE, source }),
  );
}

/** The judgement on whole hours of two sessions, the first of which is stored so. */
const judge = (kept: readonly Bar[]) =>
  judgeAnswer(
    received({
      want: want({
        series: { ticker: 'AAPL', interval: '1h' },
        ...{
          range: { from: FIRST, to: SECOND + 1 },
          gaps: [{ from: SECOND, to: SECOND + 1 }],
        },
      }),
      answer: answer({ bars: [...hours(FIRST, 'test'), ...hours(SECOND, 'test')] }),
      stored: {
        ...received().stored,
        bars: storedBarsOf(kept),
        coverage: { ...NOTHING_KNOWN, present: [{ from: FIRST, to: FIRST + 1 }] },
      },
    }),
  );

describe('bars that start at other times than the stored ones of another source', () => {
  it.each(['other', 'other/flat'])('are refused by name, with what to do, as those of %s', (source) => {
    expect(() => judge(hours(FIRST, source, 30))).toThrow(
      'the 1h bars of test for AAPL start at other times than the 6 stored ones of other from 2025-06-02 to 2025-06-02: ' +
        'a series is not of two grids; to have all from test: backfill forget AAPL --interval 1h, then run again',
    );
  });

  it('are not those that the other source has of the same grid and this one has not', () => {
    const idle = hours(FIRST, 'other', 60).slice(5);
    expect(
      judge([...idle, ...idle.map((bar) => ({ ...bar, ts: bar.ts + 60 * MINUTE }))]).wanted,
    ).toHaveLength(6);
  });

  it('are not told by a single one', () => {
    expect(judge(hours(FIRST, 'other', 30).slice(0, 1)).wanted).toHaveLength(6);
  });
});
