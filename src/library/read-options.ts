import type { Adjustment } from '../core/adjust/factors.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { Interval } from '../core/session/interval.ts';

/** Session dates, both inclusive, `YYYY-MM-DD`. Default: all. */
export interface DateRange {
  readonly start?: string;
  readonly end?: string;
}

/** What prices and volumes are adjusted for. */
export interface AdjustOptions {
  /** Default `none`: as traded. */
  readonly adjust?: Adjustment;
  /** `YYYY-MM-DD`, inclusive: what had gone ex by then, and no later bars. Default: the day of the last bar that is stored. */
  readonly asOf?: string;
}

/** What is drawn of a series. Default range: from the first session that is known to the last settled one. */
export interface PlotOptions extends RangeOptions, AdjustOptions {}

export interface ReadOptions extends DateRange, Pick<AdjustOptions, 'adjust'> {
  /**
   * What was known then: no bar that had not closed, and prices adjusted for what had gone ex. `YYYY-MM-DD`: by the end
   * of that session, inclusive. An ISO instant with its zone, or ms since the epoch: by that moment, at which a daily bar
   * is known once its session has closed, and any other bar once its own stretch has; what goes ex on the exchange's date
   * of that moment is applied. Values are those that are on record today, the final ones, whatever was said of them at
   * the time. Default: the day of the last bar that is stored of the series, be it after `end`, so that prices are
   * adjusted for what had not gone ex by `end`: a backtest has to give it.
   */
  readonly asOf?: string | number;
  /**
   * `complete`: throws `incomplete`, before any bar is given, where a session of the range that is over lacks a final bar and
   * nobody said that there is none. Where no `start` is given the range begins with the first session that is known of the series.
   * Default: what there is.
   */
  readonly require?: 'complete';
}

/** Formats of an exported file: CSV, JSON a line (NDJSON), Parquet. */
export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
/** One of `EXPORT_FORMATS`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest extends DateRange, AdjustOptions {
  readonly tickers?: string | readonly string[];
  /** Default `1d`. */
  readonly interval?: Interval;
  /** Instead of `interval`; several of them only with `perTicker`. */
  readonly intervals?: readonly Interval[];
  /** Default `csv`, with `perTicker` `parquet`. */
  readonly format?: ExportFormat;
  /** `to` is a folder, in which each series gets a file of its own: `AAPL/AAPL.1d.parquet`. Default false. */
  readonly perTicker?: boolean;
  /** A file's path, or what takes text (not for `parquet`). */
  readonly to: string | ((text: string) => Promise<void>);
  /** Aborted: stop, and leave no file. The promise is rejected with `cancelled`. */
  readonly stop?: AbortSignal;
}
