import type { Series } from '../core/bars/bars.ts';
import { type AdjustedBars, openAdjusted } from './adjusted.ts';
import {
  BAR_COLUMNS,
  type BarBatch,
  type BarBatches,
  type BarColumn,
  type BarBatchOptions,
  batchOf,
} from './bar-batch.ts';
import { type BarSource, barSource } from './bar-source.ts';
import { type Calling, countedIn } from './counted-in.ts';
import type { VerdictTools } from './verdict-in.ts';

/** What `History.batches` gives. */
export function barBatches<Column extends BarColumn>(
  tools: VerdictTools & Calling,
  series: Series | readonly Series[],
  options: BarBatchOptions<Column>,
): BarBatches<Column> {
  const source = barSource(tools, series, options);
  const columns = options.columns ?? (BAR_COLUMNS as readonly Column[]);
  return {
    verdict: () => tools.call(() => source.verdict()),
    [Symbol.asyncIterator]: () => countedIn(tools, batchesIn(tools, source, columns)),
  };
}

async function* batchesIn<Column extends BarColumn>(
  { store }: VerdictTools,
  source: BarSource,
  columns: readonly Column[],
): AsyncGenerator<BarBatch<Column>> {
  const scan = await source.readable();
  const opened: [Series, AdjustedBars][] = [];
  // Whoever is in the middle of a list learns too late that one of it cannot be adjusted.
  for (const series of source.series)
    opened.push([series, await openAdjusted(store, scan, series, source.options)]);
  for (const [series, { bars }] of opened)
    for await (const part of bars) if (part.length > 0) yield batchOf(series, part, columns);
}
