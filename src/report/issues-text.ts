import type { Revision } from '../core/bars.ts';
import { formatDay, utcDayOf } from '../core/day.ts';
import type { Interval } from '../core/interval.ts';
import type { IssuesReport } from './issues.ts';
import { plural, table } from './table.ts';
import { groupWarnings } from './warnings.ts';

/** The issues for a terminal, each kind under a heading of its own. */
export function issuesText(report: IssuesReport): string[] {
  const { rejected, warnings, unknownActions, setAside, unreadable } = report;
  const open = rejected.filter(({ resolved }) => !resolved);
  const parts = [
    section(
      `REJECTED ROWS (in quarantine, ${rejected.length - open.length} more were replaced by sound ones)`,
      open.map(
        ({ ticker, interval, session, reason, source }) =>
          `${ticker} ${interval} ${session ?? '?'} ${source}: ${reason}`,
      ),
    ),
    section(
      'STORED, BUT ODD',
      groupWarnings(warnings).map(({ title, note }) => `${title}: ${note}`),
    ),
    section(
      'SPLITS AND DIVIDENDS NOT KNOWN (prices there cannot be adjusted)',
      unknownActions.map(
        ({ ticker, from, to, sessions }) => `${ticker} ${from}..${to}: ${plural(sessions, 'session')}`,
      ),
    ),
    section('FILES SET ASIDE', setAside),
    section(
      'FILES THAT CANNOT BE READ',
      unreadable.map(({ path, reason }) => `${path}: ${reason}`),
    ),
  ];
  const lines = parts.flat();
  return lines.length === 0 ? ['No issues.'] : lines.slice(1);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** A revision with the series that it belongs to. */
export interface SeriesRevision extends Revision {
  readonly ticker: string;
  readonly interval: Interval;
}

/** Final bars that came back with other values: a line each, what it was and what it became. */
export function revisionsText(revisions: readonly SeriesRevision[]): string[] {
  if (revisions.length === 0) return ['No final bar was ever changed.'];
  const lines = table(
    [
      { title: 'TICKER', text: ({ ticker }) => ticker },
      { title: 'INT', text: ({ interval }) => interval },
      { title: 'BAR', text: ({ interval, before: { ts } }) => barText(interval, ts) },
      { title: 'ON', text: ({ after }) => formatDay(utcDayOf(after.fetchedAt)) },
      {
        title: 'BY',
        text: ({ before, after }) =>
          before.source === after.source ? after.source : `${before.source} > ${after.source}`,
      },
      { title: 'CHANGE', text: changeText },
    ],
    revisions,
  );
  return [...lines, '', plural(revisions.length, 'revision')];
}

function barText(interval: Interval, ts: number): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : `${new Date(ts).toISOString().slice(0, 16)}Z`;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

function changeText({ before, after }: SeriesRevision): string {
  return FIELDS.filter((field) => !Object.is(before[field], after[field]))
    .map((field) => `${field} ${before[field]} > ${after[field]}`)
    .join(', ');
}
