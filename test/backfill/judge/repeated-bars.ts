import { assertAgreement } from '../../../src/backfill/judge/agreement.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { MS_PER_DAY, formatDay } from '../../../src/core/session/day.ts';
import { SESSIONS, answer, bars, received, want } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';

interface Case {
  /** The same was answered before, as often as it takes. */
  readonly isLast?: boolean;
  /** Sessions that were wanted, by index; default none. */
  readonly wanted?: readonly number[];
  readonly replaces?: boolean;
  readonly again?: boolean;
  /** Of files, what edition of them was read. */
  readonly edition?: string;
  /** Actions of the store and of the answer. */
  readonly known?: readonly CorporateAction[];
  readonly said?: readonly CorporateAction[];
}

/** What is thrown where stored closes of 100 are answered with others; NaN: the answer lacks the bar. */
export function judgement(closes: readonly number[], testCase: Case = {}): BackfillError | undefined {
  const { wanted = [], replaces, again, edition, known = [], said = [], isLast = false } = testCase;
  const base = received();
  const answered = bars(closes).filter(({ close }) => !Number.isNaN(close));
  const comparison = comparisonOf(bars(closes.map(() => 100)), answered);
  const heard = received({
    want: want({ ...(replaces !== undefined && { replaces }), ...(again !== undefined && { again }) }),
    answer: answer({ actions: said, ...(edition !== undefined && { edition }) }),
    stored: { ...base.stored, actions: known },
    isLast,
  });
  try {
    assertAgreement(heard, comparison, (ts) => wanted.includes(SESSIONS.indexOf(ts / MS_PER_DAY)));
  } catch (error) {
    if (error instanceof BackfillError) return error;
    throw error;
  }
  return undefined;
}

export const date = (i: number): string => formatDay(SESSIONS[i] ?? 0);
