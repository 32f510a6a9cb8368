import type { Received, StoredSeries } from '../../../src/backfill/judge/received.ts';
import { type Judgement, judgeAnswer } from '../../../src/backfill/judge/judge-answer.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, MS_PER_DAY } from '../../../src/core/session/day.ts';
import { SESSIONS, answer, received, stored, want } from '../received.ts';
import { rowsOf, storedBarsOf, storedRowsOf } from '../../../src/core/bars/bar-builder.ts';
import { differencesOf } from '../../core/rows.ts';
import type { RowAnswer } from '../../providers/rows.ts';

/** Bars at about 100 of some sessions of June and July, none like the one before it. */
export const bars = (from: number, to: number, change: Partial<Bar> = {}): Bar[] =>
  SESSIONS.slice(from, to).map((day) => stored(day, 100 + (day % 7) / 10, change));
export const on = (bar: Bar): number => SESSIONS.indexOf(bar.ts / MS_PER_DAY);

export interface Case {
  /** Stored bars, all of them final unless said otherwise; default the first ten sessions. */
  readonly known?: readonly Bar[];
  readonly provisional?: readonly DayRange[];
  readonly stored?: Partial<StoredSeries>;
  readonly answer?: Partial<RowAnswer>;
  readonly gaps?: readonly DayRange[];
  readonly range?: DayRange;
}

/** The judgement on an answer where the first ten sessions are stored and the next ten wanted. */
export function judge(testCase: Case = {}) {
  const { known = bars(0, 10), provisional = [], gaps = [daysOf(10, 19)] } = testCase;
  const { range = daysOf(0, 19) } = testCase;
  const present = known.map(({ ts }) => ({ from: ts / MS_PER_DAY, to: ts / MS_PER_DAY + 1 }));
  const heard: Received = received({
    want: want({ range, gaps }),
    answer: answer({ bars: bars(0, 20), ...testCase.answer }),
    stored: {
      ...received().stored,
      bars: storedBarsOf(known),
      coverage: { ...NOTHING_KNOWN, present, provisional },
      ...testCase.stored,
    },
  });
  return inRows(judgeAnswer(heard));
}

function inRows(judgement: Judgement) {
  const { compared, differing, gone } = judgement.comparison;
  return {
    ...judgement,
    wanted: rowsOf(judgement.wanted),
    corrections: rowsOf(judgement.corrections),
    comparison: {
      ...{ compared: differencesOf(compared), differing: differencesOf(differing) },
      gone: storedRowsOf(gone),
    },
  };
}

export function daysOf(first: number, last: number): DayRange {
  return { from: SESSIONS[first] ?? 0, to: (SESSIONS[last] ?? 0) + 1 };
}

export function scaled(bar: Bar, ratio: number): Bar {
  const { open, high, low, close } = bar;
  return { ...bar, open: open * ratio, high: high * ratio, low: low * ratio, close: close * ratio };
}
