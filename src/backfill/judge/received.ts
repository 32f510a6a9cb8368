import type { ActionBook, ActionsTold, PastAction } from '../../core/actions/action-book.ts';
import type { CorporateAction, Identity, Ohlcv, Split } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import type { Coverage } from '../../core/coverage/coverage.ts';
import type { Day } from '../../core/session/day.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarAnswer } from '../../providers/provider.ts';

/** What the store has of a series around a want. */
export interface StoredSeries {
  readonly bars: StoredBars;
  readonly coverage: Coverage;
  readonly identity: Identity;
  /** All splits and dividends of the ticker that are in force. */
  readonly actions: readonly CorporateAction[];
  /** What else is known of them, and of those that are in force no more. */
  readonly book: ActionBook;
  /** Since when the instrument has its ticker, where it had others before. */
  readonly namedSince: Day | null;
}

/** A partial bar of which the store has more, as final, and in how many answers in a row it was just that. */
export interface InPart {
  readonly bar: Ohlcv;
  readonly answers: number;
}

/** An answer with all that it is judged by. */
export interface Received {
  readonly want: Want;
  readonly calendar: Calendar;
  readonly answer: BarAnswer;
  /** Id of the provider that answered. */
  readonly source: string;
  readonly stored: StoredSeries;
  /** Last session that is final at `now`; what comes later is provisional. */
  readonly lastSettled: Day;
  /** ms since the epoch. */
  readonly now: number;
  /** What the answer says of splits and dividends, and what is known of them once that is noted. */
  readonly told: ActionsTold;
  readonly book: ActionBook;
  /** Withdrawn or replaced splits that stored bars of the series may have been turned back with. */
  readonly turnedBack: readonly PastAction[];
  /** Splits that are news, and that stored bars of the series were not turned back with though they were effective. */
  readonly storedWithout: readonly Split[];
  /** The same was answered before, as often as it takes to believe it. Default false. */
  readonly isLast?: boolean;
  /** Whether it may change a final price by much. Default as `isLast`. */
  readonly mayCorrect?: boolean;
  /** What of the answer before this one was doubted as a part of what is stored. Default: nothing. */
  readonly inPart?: readonly InPart[];
  /** How many answers in a row have to say just that of a bar. Default 3. */
  readonly believedAfter?: number;
}
