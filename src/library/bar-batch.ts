import type { Series } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import type { ReadOptions } from './read-options.ts';
import type { Verdict } from './verdict.ts';

/** What a batch has of each bar, besides its start: entry i of every column is of bar i, with the units of `Bar`. */
export type BarColumns = Omit<StoredBars, 'length' | 'ts'>;

/** A column of a batch, by its name. */
export type BarColumn = keyof BarColumns;

/** All of them. */
export const BAR_COLUMNS: readonly BarColumn[] = [
  ...(['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'source', 'fetchedAt'] as const),
];

/**
 * Bars of one series as columns, ascending and unique by `ts`. The columns may be views of larger buffers, also of each other's:
 * copy one before it is transferred or written to.
 */
export type BarBatch<Column extends BarColumn = BarColumn> = Pick<BarColumns, Column> & {
  readonly series: Series;
  /** Bars, at least one. */
  readonly rows: number;
  /** Start of the bar, ms since the epoch, UTC. For `1d` it is the session date at 00:00 UTC. */
  readonly ts: Float64Array;
};

export interface BarBatchOptions<Column extends BarColumn = BarColumn> extends ReadOptions {
  /** Which columns batches have besides `ts`. Default: all. */
  readonly columns?: readonly Column[];
}

/** Bars as they are read, and what is said of them. Each loop over it reads anew. */
export interface BarBatches<Column extends BarColumn = BarColumn> extends AsyncIterable<BarBatch<Column>> {
  /** What the store has of the range of these series, before or after they are read. Reads no bar. */
  verdict(): Promise<Verdict>;
}

export function batchOf<Column extends BarColumn>(
  series: Series,
  bars: StoredBars,
  columns: readonly Column[],
): BarBatch<Column> {
  return { ...columnsIn(bars, columns), series, rows: bars.length, ts: bars.ts };
}

function columnsIn<Column extends BarColumn>(
  bars: StoredBars,
  columns: readonly Column[],
): Pick<BarColumns, Column> {
  return Object.fromEntries(columns.map((column) => [column, bars[column]])) as Pick<BarColumns, Column>;
}
