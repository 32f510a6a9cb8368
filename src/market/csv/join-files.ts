import { basename } from 'node:path';
import { formatDay, utcDayOf } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/interval.ts';
import type { MarketRow } from '../market.ts';
import type { ToldAction } from './told-actions.ts';

/** The rows of one file, ascending. */
export interface RowsOfFile {
  readonly path: string;
  readonly interval: Interval;
  readonly rows: readonly MarketRow[];
  /** Splits and dividends that it tells of by the way. */
  readonly told: readonly ToldAction[];
}

/** Words in a file's name that name no instrument: endings and months. */
const NO_NAMES: ReadonlySet<string> = new Set(
  'CSV TXT TSV GZ ZIP JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' '),
);

/** Prices of one bar from two downloads are the same within this part: they may be rounded differently. */
const TOLERANCE = 1e-4;

/**
 * The rows of a ticker's files by interval, ascending. Where files overlap they must agree: rows that both have come from
 * the first of them, or from the one that has all values. The last row of a file, which may have been made before the
 * session was over, yields to another file's. Throws `usage`, naming both, for files that contradict each other or are named
 * after different things.
 */
export function joinFiles(
  files: readonly RowsOfFile[],
  ticker: string,
): { readonly interval: Interval; readonly rows: readonly MarketRow[] }[] {
  return [...new Set(files.map(({ interval }) => interval))].map((interval) => ({
    interval,
    rows: joinedRows(
      files.filter((file) => file.interval === interval),
      ticker,
    ),
  }));
}

function joinedRows(files: readonly RowsOfFile[], ticker: string): readonly MarketRow[] {
  const [only, ...others] = files;
  if (only === undefined || others.length === 0) return only?.rows ?? [];
  assertNamedAlike(files, ticker);
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
      if (first === undefined)
        throw mixed(before.file, file, `contradict each other on ${formatDay(utcDayOf(row.ts))}`);
      taken.set(row.ts, first);
    }
  }
  return [...[...taken.values()].map(({ row }) => row), ...rows].toSorted((a, b) => a.ts - b.ts);
}

/** Refuses files of which each is named after something else besides the ticker: `my_IBM.csv` and `my_NVDA.csv`. */
function assertNamedAlike(files: readonly RowsOfFile[], ticker: string): void {
  let before: { readonly file: RowsOfFile; readonly others: string } | undefined;
  for (const file of files) {
    const others = otherNames(file.path, ticker);
    if (others === '') continue;
    if (before !== undefined && before.others !== others)
      throw mixed(before.file, file, `are named after ${before.others} and ${others}`);
    before = { file, others };
  }
}

/** Words in capitals in a file's name that are not its ticker's. */
function otherNames(path: string, ticker: string): string {
  const words = basename(path).split(/[^A-Za-z0-9]+/);
  return words
    .filter((word) => /^[A-Z]{1,5}$/.test(word) && !NO_NAMES.has(word) && !ticker.includes(word))
    .join(' ');
}

type Taken = { readonly row: MarketRow; readonly file: RowsOfFile };

/** The one of two rows of a stamp that is stored; undefined where they contradict each other. */
function pick(before: Taken, after: Taken): Taken | undefined {
  if (isEmpty(before.row)) return after;
  if (isEmpty(after.row) || agree(before.row, after.row)) return before;
  if (isLast(before)) return after;
  return isLast(after) ? before : undefined;
}

function isEmpty({ open, high, low, close, fault }: MarketRow): boolean {
  return fault !== undefined || (open === null && high === null && low === null && close === null);
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

function mixed(a: RowsOfFile, b: RowsOfFile, why: string): BackfillError {
  const message = `${a.path} and ${b.path} stand for one ticker and ${why}: rename or remove one`;
  return new BackfillError('usage', message);
}
