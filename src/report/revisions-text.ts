import type { Revision } from '../core/bars/bars.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { printable, TIE, UNBOUNDED } from './page.ts';
import { changedColumns } from './revised-issues.ts';
import { fittedTable, formatCount, NONE, plural } from './table.ts';

/** Revisions that are shown, unless the page wants all: the last ones. */
const SHOWN = 40;

/** A revision with the series that it belongs to, and the run that made it. */
export interface SeriesRevision extends Revision {
  readonly ticker: string;
  readonly interval: Interval;
  /** Id of its record; null where it has none, as of a run that was killed, or none among the last 500. */
  readonly run: string | null;
}

/**
 * Final bars of which an answer had other values: a line each, what it was and what it became, or what it is and was not
 * made to be.
 */
export function revisionsText(revisions: readonly SeriesRevision[], page = UNBOUNDED): string[] {
  if (revisions.length === 0) return ['No final bar was ever changed.'];
  const shown = page.isWhole ? revisions : latest(revisions);
  const { head, rows } = fittedTable(
    [
      { title: 'TICKER', text: ({ ticker }) => printable(ticker), least: 8 },
      { title: 'INT', text: ({ interval }) => interval },
      { title: 'BAR', text: ({ interval, before: { ts } }) => barText(interval, ts) },
      { title: 'ON', text: ({ after }) => formatDay(utcDayOf(after.fetchedAt)), leftOut: 2 },
      {
        title: 'BY',
        text: byText,
        leftOut: 1,
      },
      ...(shown.some(({ run }) => run !== null) ? [RUN] : []),
      { title: 'CHANGE', text: changeText, goesOn: true },
    ],
    shown,
    page.columns,
  );
  const more = revisions.length - shown.length;
  return [
    head,
    ...rows.flat(),
    ...(more > 0 ? [`… and ${formatCount(more)} earlier ones: --all lists them`] : []),
    '',
    totalOf(revisions),
  ];
}

const RUN = { title: 'RUN', text: ({ run }: SeriesRevision): string => run ?? NONE, leftOut: 3 };

/** `3 revisions`, `1 revision, and 2 bars that stayed` */
function totalOf(revisions: readonly SeriesRevision[]): string {
  const stayed = revisions.reduce((sum, one) => sum + (one.stayed ? 1 : 0), 0);
  const replaced = plural(revisions.length - stayed, 'revision');
  return stayed === 0 ? replaced : `${replaced}, and ${plural(stayed, 'bar')} that stayed`;
}

/** Those that were made last, in the order in which they came. */
function latest(revisions: readonly SeriesRevision[]): SeriesRevision[] {
  const times = revisions.map(({ after }) => after.fetchedAt).toSorted((a, b) => b - a);
  const since = times[SHOWN - 1] ?? Number.NEGATIVE_INFINITY;
  return revisions.filter(({ after }) => after.fetchedAt >= since).slice(-SHOWN);
}

/** Which bar it is: its session date, or when it began. */
export function barText(interval: Interval, ts: number): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : `${new Date(ts).toISOString().slice(0, 16)}Z`;
}

/** Whose bar became whose: `yahoo > alpaca`. */
export function byText({ before, after, stayed }: SeriesRevision): string {
  if (before.source === after.source) return after.source;
  return `${before.source}${stayed ? ', not ' : ' > '}${after.source}`;
}

/** `close 101 > 102`: what it was and became, or is and did not become. */
export function changeText(revision: SeriesRevision): string {
  const { before, after, stayed } = revision;
  const columns = changedColumns(revision);
  // Of a recorded bar that knew more than the final one.
  if (columns.length === 0) return `vwap ${before.vwap ?? '-'}, trades ${before.trades ?? '-'}`;
  return columns
    .map((column) => [column, before[column], stayed ? 'not' : '>', after[column]].join(TIE))
    .join(', ');
}
