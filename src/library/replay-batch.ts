import type { Bar, Series } from '../core/bars/bars.ts';
import type { BarBatchOptions, BarColumn, BarColumns } from './bar-batch.ts';
import type { Verdict } from './verdict.ts';

/**
 * Bars of several series as columns, in the order in which they were known: entry i of every column is of bar i. All bars that
 * were known at one instant are in one batch, those of a series that was named earlier first.
 */
export type ReplayBatch<Column extends BarColumn = BarColumn> = Pick<BarColumns, Column> & {
  /** All series of the replay, in the order in which they were named; the same in every batch. */
  readonly series: readonly Series[];
  /** Bars, at least one. */
  readonly rows: number;
  /** Which series each bar is of, as its place in `series`. */
  readonly of: Uint32Array;
  /** When each bar was known: the instant at which it closed, ms since the epoch, ascending. */
  readonly at: Float64Array;
  /** Start of each bar, ms since the epoch, UTC. For `1d` it is the session date at 00:00 UTC. */
  readonly ts: Float64Array;
};

/** A bar of a replay. */
export interface ReplayRow extends Bar {
  readonly series: Series;
  /** When it was known: the instant at which it closed, ms since the epoch. */
  readonly at: number;
}

export interface ReplayOptions<Column extends BarColumn = BarColumn> extends BarBatchOptions<Column> {
  readonly rows?: false;
}

/** A replay of bars one by one. */
export interface ReplayRowOptions extends Omit<BarBatchOptions, 'columns'> {
  /** Bars one by one, as objects, instead of batches. */
  readonly rows: true;
}

/** What a replay gives, and what is said of it. Each loop over it begins anew. */
export interface Replay<Item> extends AsyncIterable<Item> {
  /** What the store has of the range of these series, before or after they are replayed. Reads no bar. */
  verdict(): Promise<Verdict>;
}
