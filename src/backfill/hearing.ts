import type { Bar, CorporateAction, Identity } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import type { Coverage } from '../core/coverage.ts';
import type { Day, DayRange } from '../core/day.ts';
import type { Task } from '../core/plan.ts';
import type { BarAnswer } from '../providers/provider.ts';

/** What the store has of a series around a task. */
export interface StoredSeries {
  readonly bars: readonly Bar[];
  readonly coverage: Coverage;
  readonly identity: Identity;
  /** All splits and dividends of the ticker. */
  readonly actions: readonly CorporateAction[];
  /** Ex-dates that a provider answered for. */
  readonly actionsCovered: readonly DayRange[];
  /** Since when the instrument has its ticker, where it had others before. */
  readonly namedSince: Day | null;
}

/** An answer with all that it is judged by. */
export interface Hearing {
  readonly task: Task;
  readonly calendar: Calendar;
  readonly answer: BarAnswer;
  readonly stored: StoredSeries;
  /** Last session that is final at `now`; what comes later is provisional. */
  readonly lastSettled: Day;
  /** ms since the epoch. */
  readonly now: number;
  /** The same was answered before, as often as it takes to believe it. Default false. */
  readonly isLast?: boolean;
}
