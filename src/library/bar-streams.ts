import type { Series } from '../core/bars/bars.ts';
import type { BarBatches, BarColumn, BarBatchOptions } from './bar-batch.ts';
import type { Replay, ReplayBatch, ReplayOptions, ReplayRow, ReplayRowOptions } from './replay-batch.ts';

/** The methods of a history that give bars as they are read. */
export interface BarStreams {
  /**
   * Stored bars of some series as columns, one series after the other in the order in which they are named, each ascending:
   * the bars of `read`, partition by partition, so that one partition at a time is in memory. Adjusted as of `asOf`, or
   * else as of the last bar that is stored of each series, be it after the range: a backtest has to give `asOf`. Throws
   * `usage`, `invalid-date`, `invalid-ticker` and `unsupported-interval` at once; before the first batch `incomplete`
   * (see `require`), and of any of the series `not-stored`, `store-corrupt`, and `basis-unknown` where factors lack
   * something; later `store-corrupt` of a partition that is damaged, and of bars that were there before the first batch and
   * are gone when it is their turn. A series without a bar in the range has no batch.
   *
   * @example
   * const batches = history.batches({ ticker: 'AAPL', interval: '1d' }, { adjust: 'all', columns: ['close'] });
   * for await (const { rows, ts, close } of batches)
   *   for (let i = 0; i < rows; i++) console.log(new Date(ts[i]), close[i]);
   * const { complete } = await batches.verdict();
   */
  batches<Column extends BarColumn = BarColumn>(
    series: Series | readonly Series[],
    options?: BarBatchOptions<Column>,
  ): BarBatches<Column>;

  /**
   * Stored bars of several series, daily and intraday ones together, in the order in which they were known: each at the
   * instant at which it closed, see `asOf`, so that the daily bar of a session comes with the last minutes of it, and a
   * strategy that goes by it trades on nothing that it could not have known. Bars of one instant come in the order in
   * which their series are named. Adjusted as of `asOf`, or else as of the last bar that is stored of each series, be it
   * after the range: a backtest has to give `asOf`. Neither is as of each bar: `adjust: 'none'` is as traded then.
   *
   * Batches by default, with `rows` bars one by one. Read as it goes, however long it takes, with about two million bars in
   * memory at most, or a day of all series where that is more. Makes no request: what the store lacks is not replayed, and
   * `verdict` tells of it. Throws as `batches` does; `basis-unknown` before the first batch.
   *
   * @example
   * for await (const { rows, of, at, close, series } of history.replay(portfolio, { asOf: '2026-06-30', columns: ['close'] }))
   *   for (let i = 0; i < rows; i++) strategy.onBar(series[of[i]].ticker, at[i], close[i]);
   */
  replay(series: Series | readonly Series[], options: ReplayRowOptions): Replay<ReplayRow>;
  /** The same in batches of columns, of those alone that are named. */
  replay<Column extends BarColumn = BarColumn>(
    series: Series | readonly Series[],
    options?: ReplayOptions<Column>,
  ): Replay<ReplayBatch<Column>>;
}
