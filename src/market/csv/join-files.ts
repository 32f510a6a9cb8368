import { formatDay, utcDayOf } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/interval.ts';
import type { MarketRow } from '../market.ts';

/** The rows of one file, ascending. */
export interface RowsOfFile {
  readonly path: string;
  readonly interval: Interval;
  readonly rows: readonly MarketRow[];
}

/** Prices of one bar from two downloads are the same within this part: they may be rounded differently. */
const TOLERANCE = 1e-4;

/**
 * The rows of a ticker's files by interval, ascending. Where files overlap they must agree: rows that both have come from
 * the first of them, or from the one that has all values. The last row of a file, which may have been made before the
 * session was over, yields to another file's. Throws `usage`, naming both, for files that contradict each other.
 */
export function joinFiles(
  files: readonly RowsOfFile[],
): { readonly interval: Interval; readonly rows: readonly MarketRow[] }[] {
  return [...new Set(files.map(({ interval }) => interval))].map((interval) => ({
    interval,
    rows: joinedRows(files.filter((file) => file.interval === interval)),
  }));
}

function joinedRows(files: readonly RowsOfFile[]): readonly MarketRow[] {
  const [only, ...others] = files;
  if (only === undefined || others.length === 0) return only?.rows ?? [];
  const taken = new Map<number, { row: MarketRow; file: RowsOfFile }>();
  const rows: MarketRow[] = [];
  for (const file of files) {
    for (const row of file.rows) {
      const before = taken.get(row.ts);
      if (before === undefined || before.file === file) {
        // Two rows of one file stay both: that they contradict each other is for the checks to say.
        if (before !== undefined) rows.push(row);
        else taken.set(row.ts, { row, file });
        continue;
      }
      const first = pick(before, { row, file });
      if (first === undefined) throw contradiction(before.file, file, row);
      taken.set(row.ts, first);
    }
  }
  return [...[...taken.values()].map(({ row }) => row), ...rows].toSorted((a, b) => a.ts - b.ts);
}

type Taken = { readonly row: MarketRow; readonly file: RowsOfFile };

/** The one of two rows of a stamp that is stored; undefined where they contradict each other. */
function pick(before: Taken, after: Taken): Taken | undefined {
  if (isEmpty(before.row)) return after;
  if (isEmpty(after.row) || agree(before.row, after.row)) return before;
  if (isLast(before)) return after;
  return isLast(after) ? before : undefined;
}

function isEmpty({ open, high, low, close }: MarketRow): boolean {
  return open === null && high === null && low === null && close === null;
}

function isLast({ row, file }: Taken): boolean {
  return file.rows.at(-1)?.ts === row.ts;
}

function agree(a: MarketRow, b: MarketRow): boolean {
  return (['open', 'high', 'low', 'close'] as const).every((field) => {
    const [one, other] = [a[field], b[field]];
    return one === null || other === null || Math.abs(one - other) <= Math.abs(one) * TOLERANCE;
  });
}

function contradiction(a: RowsOfFile, b: RowsOfFile, { ts }: MarketRow): BackfillError {
  const when = formatDay(utcDayOf(ts));
  return new BackfillError(
    'usage',
    `${a.path} and ${b.path} stand for one ticker and contradict each other on ${when}: rename or remove one`,
  );
}
