import type { Revision, Series } from '../core/bars/bars.ts';
import { PRICES } from '../core/bars/compare.ts';
import { vendorOf } from '../core/bars/vendor.ts';
import { grouped } from '../core/grouped.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import { plural } from './table.ts';

const COLUMNS = [...PRICES, 'volume'] as const;

/**
 * Final bars of a series of which one source had other values: all of them were replaced by these, or all of them stayed.
 * However many they are, this is one. Sessions are dates, `YYYY-MM-DD`, the last one inclusive.
 */
export interface RevisedIssue {
  readonly ticker: string;
  readonly interval: string;
  /** Provider that had the other values. */
  readonly source: string;
  readonly stayed: boolean;
  readonly bars: number;
  readonly first: string;
  readonly last: string;
  /** What differed in any of them: `['close', 'volume']`. */
  readonly columns: readonly string[];
  /** Of the first bar the first column that differed: what is or was stored, and what the answer has. Null: not known. */
  readonly column: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** What became of revisions of one series (ascending by bar), one for each source that made some, or was not heeded. */
export function revisedIssues(
  { ticker, interval }: Series,
  revisions: readonly Revision[],
  sessionOf: (ts: number) => Day,
): RevisedIssue[] {
  const alike = grouped(
    revisions,
    ({ after: { source }, stayed = false }) => `${stayed} ${vendorOf(source)}`,
  );
  return [...alike.values()].map((group): RevisedIssue => {
    const [head, tail] = [group[0], group.at(-1)] as [Revision, Revision];
    const found = new Set(group.flatMap((revision) => changedColumns(revision)));
    const [column = 'volume'] = changedColumns(head);
    return {
      ...{ ticker, interval, source: vendorOf(head.after.source), stayed: head.stayed === true },
      bars: new Set(group.map(({ before }) => before.ts)).size,
      first: formatDay(sessionOf(head.before.ts)),
      last: formatDay(sessionOf(tail.before.ts)),
      columns: COLUMNS.filter((one) => found.has(one)),
      ...{ column, before: orNull(head.before[column]), after: orNull(head.after[column]) },
    };
  });
}

/** The columns in which the two bars of a revision differ. */
export function changedColumns({ before, after }: Revision): (typeof COLUMNS)[number][] {
  return COLUMNS.filter((column) => !Object.is(before[column], after[column]));
}

/** `AAPL 1d 2026-02-23 to 2026-02-27 yahoo: 5 bars stay (close, volume), the first: close 101, not 102` */
export function revisedLine(issue: RevisedIssue): string {
  const { ticker, interval, source, stayed, bars, first, last, columns, column, before, after } = issue;
  const days = first === last ? first : `${first} to ${last}`;
  const change = stayed ? `${column} ${before}, not ${after}` : `${column} ${before} became ${after}`;
  const what = `${plural(bars, 'bar')} ${verb(stayed, bars)}`;
  const ofFirst = bars === 1 ? `: ${change}` : ` (${columns.join(', ')}), the first: ${change}`;
  return `${ticker} ${interval} ${days} ${source}: ${what}${ofFirst}`;
}

function verb(stayed: boolean, bars: number): string {
  if (!stayed) return 'changed';
  return bars === 1 ? 'stays' : 'stay';
}

/** JSON has no number for what is not known. */
function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
