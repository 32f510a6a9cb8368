import type { Calendar } from '../../core/calendar/calendar.ts';
import type { RejectedBar } from '../../core/checks/checks.ts';
import type { Bars } from '../../core/bars/columns.ts';
import type { Absence } from '../../core/coverage/coverage.ts';
import type { Day } from '../../core/session/day.ts';
import type { Filler } from '../../core/checks/fillers.ts';
import type { PartialBar } from '../../core/checks/partial-bars.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarAnswer } from '../../providers/provider.ts';

/** An answer after its checks. */
export interface CheckedAnswer {
  readonly want: Want;
  readonly calendar: Calendar;
  readonly answer: BarAnswer;
  /** Sound bars of wanted sessions. */
  readonly accepted: Bars;
  readonly rejected: readonly RejectedBar[];
  /** Those that were joined of too few rows, but for what final bars of the store are held against. Default: none. */
  readonly partial?: readonly PartialBar[];
  /**
   * Dates of rows that are no bars of their sessions, where so many are lost that the answer counts as failed: one without a bar
   * stays missing. Default: none.
   */
  readonly lostOn?: readonly Day[];
  /** Rows that nobody traded. */
  readonly fillers: readonly Filler[];
  /** Final bars of the store around the want. */
  readonly known: Bars;
  /** Sessions around the want of which the store knows that they have no bar. */
  readonly absent: readonly Absence[];
  /** Of the prices; null: not known. */
  readonly currency: string | null;
  /** Last session that is final at `now`. */
  readonly lastSettled: Day;
  /** Provider id. */
  readonly source: string;
  /** ms since the epoch. */
  readonly now: number;
}
