import { calendarById } from '../calendar/calendars.ts';
import { smallest } from '../extremes.ts';
import { grouped } from '../grouped.ts';
import type { Day, DayRange } from '../session/day.ts';
import { intersect, normalize } from '../session/ranges.ts';

/** What of the series of one calendar, that settle alike, is not stored: also of days that are still to come. */
export interface Unstored {
  /** Calendar id; none that is a guess. */
  readonly calendar: string;
  /** How long after its close a session is final. */
  readonly settleDelayMs: number;
  /** Days whose session some series lacks, ascending and disjoint; the last run has no end (`Infinity`) unless all have ended. */
  readonly days: readonly DayRange[];
  /** How many series lack nothing before a day, ascending by it: that day's session is the first that they lack. */
  readonly behind: readonly { readonly from: Day; readonly series: number }[];
}

/** Sessions of a calendar that have settled and are not stored. */
export interface Overdue {
  readonly calendar: string;
  /** How many, each counted once, and how many series lack one of them. */
  readonly sessions: number;
  readonly series: number;
  /**
   * When the oldest session that is not stored settled, or will settle, ms since the epoch: from then on it is overdue. Null
   * where every series has ended.
   */
  readonly dueAt: number | null;
}

/** What is overdue at `now` (ms since the epoch), by calendar. */
export function overdueAt(unstored: readonly Unstored[], now: number): Overdue[] {
  return [...grouped(unstored, ({ calendar }) => calendar)].map(([id, parts]) => {
    const calendar = calendarById(id);
    let series = 0;
    const due: number[] = [];
    const overdue: DayRange[] = [];
    for (const { settleDelayMs, days, behind } of parts) {
      const settled = calendar.lastSettled(now, settleDelayMs);
      const past = { from: Number.NEGATIVE_INFINITY, to: settled + 1 };
      for (const range of intersect(days, [past])) overdue.push(range);
      for (const one of behind) if (one.from <= settled) series += one.series;
      const [first] = days;
      if (first === undefined) continue;
      due.push(calendar.session(calendar.sessionOnOrAfter(first.from)).close + settleDelayMs);
    }
    const sessions = calendar.count(normalize(overdue));
    return { calendar: id, sessions, series, dueAt: due.length === 0 ? null : smallest(due) };
  });
}
