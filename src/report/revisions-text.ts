import type { Revision } from '../core/bars/bars.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { printable, TIE, UNBOUNDED } from './page.ts';
import { fittedTable, formatCount, plural } from './table.ts';

/** Revisions that are shown, unless the page wants all: the last ones. */
const SHOWN = 40;

/** A revision with the series that it belongs to. */
export interface SeriesRevision extends Revision {
  readonly ticker: string;
  readonly interval: Interval;
}

/** Final bars that came back with other values: a line each, what it was and what it became. */
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
        text: ({ before, after }) =>
          before.source === after.source ? after.source : `${before.source} > ${after.source}`,
        leftOut: 1,
      },
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
    plural(revisions.length, 'revision'),
  ];
}

/** Those that were made last, in the order in which they came. */
function latest(revisions: readonly SeriesRevision[]): SeriesRevision[] {
  const times = revisions.map(({ after }) => after.fetchedAt).toSorted((a, b) => b - a);
  const since = times[SHOWN - 1] ?? Number.NEGATIVE_INFINITY;
  return revisions.filter(({ after }) => after.fetchedAt >= since).slice(-SHOWN);
}

function barText(interval: Interval, ts: number): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : `${new Date(ts).toISOString().slice(0, 16)}Z`;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

function changeText({ before, after }: SeriesRevision): string {
  return FIELDS.filter((field) => !Object.is(before[field], after[field]))
    .map((field) => [field, before[field], '>', after[field]].join(TIE))
    .join(', ');
}
