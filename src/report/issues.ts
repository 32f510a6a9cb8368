import type { Warning } from '../backfill/settle/warnings.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import { type Day, type DayRange, formatDay, hasDate } from '../core/session/day.ts';
import { sessionRuns } from '../core/plan/gaps.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { contains, subtract } from '../core/session/ranges.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { RevisedIssue } from './revised-issues.ts';
import { hasActions } from '../core/adjust/basis.ts';
import type { Rejected } from '../store/store.ts';
import type { Scan } from '../store/scan.ts';

/** A row that was kept out of the bars. */
export interface RejectedIssue {
  readonly ticker: string;
  readonly interval: string;
  /** Session date, `YYYY-MM-DD`; null where the row's stamp is none. */
  readonly session: string | null;
  readonly reason: string;
  /** Provider. */
  readonly source: string;
  /** ISO instant of the answer. */
  readonly fetchedAt: string;
  /** Whether a sound bar of that session was stored since; of several bars a session, all of those that were rejected. */
  readonly resolved: boolean;
  readonly row: unknown;
}

/** Sessions whose splits and dividends nobody answered for. Dates are inclusive. */
export interface UnknownActions {
  readonly ticker: string;
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
}

/** What is wrong or odd about a store's content. Plain JSON. */
export interface IssuesReport {
  readonly rejected: readonly RejectedIssue[];
  /** Bars that are stored and look odd, judged anew by what is stored now. */
  readonly warnings: readonly Warning[];
  /** Final bars that were replaced, or stayed, when an answer had other values, as long as they stand so. */
  readonly revised: readonly RevisedIssue[];
  readonly unknownActions: readonly UnknownActions[];
  /** Files in quarantine, relative to the store. */
  readonly setAside: readonly string[];
  /** Files that cannot be read now. */
  readonly unreadable: Scan['setAside'];
}

/** Rows in quarantine, newest answer last, with what became of their sessions. */
export function rejectedIssues({ records }: Rejected, scan: Scan): RejectedIssue[] {
  return records.flatMap(({ series, source, fetchedAt, rows }) => {
    const state = scan.series.get(seriesKey(series));
    const calendar = state ? calendarById(state.calendar) : calendarFor(series.ticker);
    const sessionOf = sessionDateOf(series.interval, calendar);
    return rows.map(({ row, reason }): RejectedIssue => {
      const ts = stampOf(row);
      const session = ts === null ? null : sessionOf(ts);
      return {
        ...series,
        session: session === null ? exDateOf(row) : formatDay(session),
        reason,
        source,
        fetchedAt: new Date(fetchedAt).toISOString(),
        resolved: session !== null && state !== undefined && isWhole(state.coverage, session),
        row,
      };
    });
  });
}

/** Whether a session has its bars, as far as is known. */
function isWhole({ present, lacking = [] }: Coverage, session: Day): boolean {
  return contains(present, session) && !contains(lacking, session);
}

/** The ex-date of a split or dividend, which no bar replaces. */
function exDateOf(row: unknown): string | null {
  const date = typeof row === 'object' && row !== null && 'exDate' in row ? row.exDate : null;
  return typeof date === 'string' ? date : null;
}

/** The stamp of a rejected row, ms since the epoch; null for what has none. */
export function stampOf(row: unknown): number | null {
  const ts = typeof row === 'object' && row !== null && 'ts' in row ? row.ts : null;
  return typeof ts === 'number' && hasDate(ts) ? ts : null;
}

/** Where daily bars are stored without anybody having said what splits and dividends there were. */
export function unknownActions(scan: Scan): UnknownActions[] {
  return [...scan.series.values()]
    .filter(({ series, calendar }) => series.interval === '1d' && hasActions(calendarById(calendar)))
    .flatMap(({ series: { ticker }, coverage, calendar: id }) => {
      const calendar = calendarById(id);
      const unknown = sessionRuns(subtract(coverage.present, scan.actions.get(ticker) ?? []), calendar);
      return unknown.map((run) => ({ ticker, ...datesOf(run), sessions: calendar.count([run]) }));
    });
}

function datesOf({ from, to }: DayRange): { from: string; to: string } {
  return { from: formatDay(from), to: formatDay(to - 1) };
}
