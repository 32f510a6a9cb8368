import type { Series } from '../core/bars/bars.ts';
import type { BarBatches, BarColumn, BarBatchOptions } from './bar-batch.ts';

/** The methods of a history that give bars as they are read. */
export interface BarStreams {
  /**
   * Stored bars of some series as columns, one series after the other in the order in which they are named, each ascending:
   * the bars of `read`, partition by partition, so that one partition at a time is in memory. Adjusted as of the end of the
   * range that is read, or `asOf`. Throws `usage`, `invalid-date`, `invalid-ticker` and `unsupported-interval` at once; before
   * the first batch `incomplete` (see `require`), and `not-stored` and `store-corrupt` of any of the series; `basis-unknown`
   * when it comes to a series whose factors lack something. A series without a bar in the range has no batch.
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
}
