import { calendarById } from '../core/calendar/calendars.ts';
import { formatCount, plural } from '../core/plural.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import type { ErrorCode } from '../core/errors.ts';
import { grouped } from '../core/grouped.ts';
import type { Want } from '../core/plan/task.ts';
import type { SeriesReport, SeriesResult } from './runner.ts';

/** Why a series is not as complete as was asked. */
export interface Failure {
  readonly ticker: string;
  readonly interval: string;
  /** First and last session asked for, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** Last session date of which the source, as it is, has anything, where what lacks lies behind it. */
  readonly sourceEndsOn?: string;
}

/** Whether it is that there is nothing to be had: a provider that does not know a ticker has done nothing wrong. */
export function isUnavailability({ code }: Failure): boolean {
  return code === 'unknown-ticker';
}

/** Why a series is not as complete as was wanted; null where it is. */
export function failureOf(want: Want, result: SeriesResult): Failure | null {
  const { ticker, interval } = want.series;
  const [first, last] = [want.gaps[0]?.from ?? want.range.from, want.gaps.at(-1)?.to ?? want.range.to];
  const about = { ticker, interval, from: formatDay(first), to: lastDay(last) };
  if (!result.ok) return { ...about, code: result.error.code, message: result.error.message };
  if (want.gaps.length === 0) return null;
  const report = ofWanted(result.report);
  const { missing, rejected } = report;
  const lost = lostRows(report);
  const where = rejected > 0 ? '; check-data --issues lists what was rejected' : '';
  if (lost !== null) return { ...about, code: 'mostly-rejected', message: `${lost}${where}` };
  if (missing === 0) return null;
  return {
    ...about,
    code: 'incomplete',
    message: staysMissing(missing, want.sessions, whyMissing([report]), report.endsOn),
    ...(report.sourceEnds !== undefined && { sourceEndsOn: lastDay(report.sourceEnds) }),
  };
}

/** What was asked for, what came of it and why that is a failure. */
export type Found = readonly [want: Want, failure: Failure, result: SeriesResult];

/** Failures of which those of the pieces of one series that say the same are one. */
export function joinFailures(found: readonly Found[]): Failure[] {
  const alike = grouped(found, ([{ series }, { code, message }]) =>
    [seriesKey(series), code, code === 'incomplete' ? '' : message].join('\n'),
  );
  return [...alike.values()].map(joinPieces);
}

function joinPieces(pieces: readonly Found[]): Failure {
  const inOrder = pieces.toSorted(([, a], [, b]) => (a.from < b.from ? -1 : 1));
  const [[, first]] = inOrder as [Found];
  if (pieces.length === 1) return first;
  // One may lie between the gaps of another.
  const to = pieces.reduce((latest, [, piece]) => (piece.to > latest ? piece.to : latest), first.to);
  const joined = { ...first, to };
  if (first.code !== 'incomplete') return joined;
  let [missing, sessions] = [0, 0];
  let end: string | undefined;
  const reports: SeriesReport[] = [];
  for (const [want, , result] of inOrder) {
    if (!result.ok) continue;
    reports.push(result.report);
    missing += result.report.missing;
    sessions += want.sessions;
    // What comes after the end of a source brings nothing.
    end = result.report.bars > 0 ? result.report.endsOn : end;
  }
  return { ...joined, message: staysMissing(missing, sessions, whyMissing(reports), end) };
}

/** What is said of sessions where the source does not say why it is silent of them. */
const NOT_REACHED = 'the answer does not reach them';

function whyMissing(reports: readonly SeriesReport[]): string {
  const told = new Set(reports.flatMap((report) => report.whyMissing ?? []));
  return told.size === 0 ? NOT_REACHED : [...told].join('; ');
}

function staysMissing(missing: number, sessions: number, why: string, end: string | undefined): string {
  const hint =
    end === undefined || why !== NOT_REACHED ? '' : `; it ends on ${end}: an end of ${end} asks for no more`;
  return `${formatCount(missing)} of ${plural(sessions, 'session')} ${sessions === 1 ? 'stays' : 'stay'} missing: ${why}${hint}`;
}

/** So many sessions without a word at its end, and a source is one that is not kept up. */
const NOT_KEPT_UP = 10;

/** See `SeriesReport`. */
export function endsOn({ present, absent }: Coverage, { range, calendar }: Want): string | undefined {
  const end = present.at(-1)?.to;
  if (end === undefined || (absent.at(-1)?.to ?? end) > end) return undefined;
  const after = calendarById(calendar).count([{ from: end, to: range.to }]);
  return after < NOT_KEPT_UP ? undefined : lastDay(end);
}

/** Rows without a price, or outside trading hours, of which none should be left where nothing else came. */
const STRAY_ROWS = 5;

/** A report as what it lost is judged by: a session that is not over has not lost what comes before it opens. */
function ofWanted(report: SeriesReport): SeriesReport {
  const rejected = report.rejected - (report.rejectedAgain ?? 0);
  return { ...report, rejected, ...(report.isOpen === true && { strays: 0 }) };
}

/**
 * What is to be said where more rows of an answer were lost than stored; null where that is not so. A row that is not a bar
 * yet is not lost.
 */
export function lostRows(
  report: Pick<
    SeriesReport,
    'bars' | 'rejected' | 'offGrid' | 'strays' | 'unusable' | 'firstFault' | 'wayOut'
  >,
): string | null {
  const { bars, rejected, offGrid, strays, unusable, firstFault, wayOut } = report;
  const lost = rejected + offGrid;
  const others = unusable + strays;
  const isNothing = bars === 0 && (lost > 0 || others >= STRAY_ROWS);
  if (!isNothing && lost <= bars) return null;
  const all = isNothing ? lost + others : lost;
  const why =
    firstFault === null
      ? 'they lie outside trading hours or off the grid of their interval, or have no prices'
      : firstFault;
  const what = `${formatCount(all)} of ${plural(all + bars, 'row')} that came could not be stored: ${why}`;
  return wayOut === null ? what : `${what}; ${wayOut}`;
}

function lastDay(end: Day): string {
  return formatDay(end - 1);
}
