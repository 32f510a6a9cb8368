import { formatDay, utcDayOf } from '../../core/session/day.ts';
import type { IssuesReport, RejectedIssue } from '../issues.ts';
import { revisedLine } from '../revised-issues.ts';
import { barText, byText, changeText, type SeriesRevision } from '../revisions-text.ts';
import { plural } from '../table.ts';
import type { CoveragePageData, IssueRow, RevisionRow } from './page-data.ts';

/** Issues of a kind, and revisions, that the page lists: all of a large store would make it slow to open. */
const LISTED_OF_KIND = 1000;
const LISTED_REVISIONS = 2000;

/** An issue without its kind. */
type Issue = readonly [ticker: string, interval: string, session: string, text: string];

/** What is wrong or odd, the kind that is worst first, and how much of it there is. */
export function issueRows(report: IssuesReport): CoveragePageData['issues'] {
  const { rejected, warnings, revised, unknownActions, setAside, unreadable } = report;
  const kinds: readonly (readonly [title: string, issues: readonly Issue[]])[] = [
    [
      'File that cannot be read',
      unreadable.map(({ ticker, interval, path, reason }) => [
        ticker,
        interval ?? '',
        '',
        `${path}: ${reason}`,
      ]),
    ],
    ['Rejected row', rejected.filter(({ resolved }) => !resolved).map(rejectedOf)],
    ['Odd bar', warnings.map(({ ticker, interval, session, note }) => [ticker, interval, session, note])],
    [
      'Final bar that came again otherwise',
      revised.map((one) => [one.ticker, one.interval, daysText(one.first, one.last), revisedLine(one)]),
    ],
    [
      'Splits and dividends not known',
      unknownActions.map(({ ticker, from, to, sessions }) => [
        ticker,
        '',
        daysText(from, to),
        plural(sessions, 'session'),
      ]),
    ],
    ['File set aside', setAside.map((path) => ['', '', '', path])],
    ['Rejected where a sound bar stands', rejected.filter(({ resolved }) => resolved).map(rejectedOf)],
  ];
  const found = kinds.filter(([, issues]) => issues.length > 0);
  return {
    listedBy: 'check-data --issues --all',
    kinds: found.map(([title, { length: count }]) => ({
      ...{ title, count },
      listed: Math.min(count, LISTED_OF_KIND),
    })),
    rows: found.flatMap(([, issues], kind) =>
      issues.slice(0, LISTED_OF_KIND).map((issue): IssueRow => [kind, ...issue]),
    ),
  };
}

/** Revisions, the newest first. */
export function revisionRows(revisions: readonly SeriesRevision[]): CoveragePageData['revisions'] {
  const newest = revisions.toSorted((a, b) => b.after.fetchedAt - a.after.fetchedAt);
  const rows = newest.slice(0, LISTED_REVISIONS).map((one): RevisionRow => {
    const { ticker, interval, before, after } = one;
    const on = formatDay(utcDayOf(after.fetchedAt));
    return [ticker, interval, barText(interval, before.ts), on, byText(one), changeText(one)];
  });
  return { listedBy: 'check-data --revisions --all', count: revisions.length, rows };
}

function rejectedOf({ ticker, interval, session, source, reason }: RejectedIssue): Issue {
  return [ticker, interval, session ?? '', `${source}: ${reason}`];
}

function daysText(first: string, last: string): string {
  return first === last ? first : `${first} to ${last}`;
}
