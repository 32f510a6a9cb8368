import { seriesKey, type Series } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/session/interval.ts';
import type { BarBatch, BarBatchOptions, BarBatches, BarColumn } from './bar-batch.ts';
import { formOf, type TableForm } from './bar-lines.ts';
import { canonical, checkedRead } from './check-request.ts';
import { finality, type IsFinal } from './finality.ts';
import type { History } from './history.ts';
import type { Verdict } from './verdict.ts';

/** A history that tables are made of. */
export type TableSource = Pick<History, 'batches' | 'scan'>;

/** Bars of several series of one interval that are about to be read, as a table. */
export interface BarTable {
  /** Canonical, each once, in the order in which they were named. */
  readonly series: readonly Series[];
  readonly interval: Interval;
  readonly form: TableForm;
  readonly options: BarBatchOptions;
  /** What the store has of the range. */
  readonly verdict: Verdict;
  /** The bars, partition by partition, with the columns of the form. Throws as `History.batches` does. */
  readonly batches: AsyncIterable<BarBatch>;
  /** Whether a bar of a series is final. */
  readonly isFinalOf: (series: Series) => IsFinal;
}

/** Reads no bar yet. Throws `usage` for series of several intervals, and what `History.batches` throws at once. */
export async function openBarTable(
  history: TableSource,
  named: Series | readonly Series[],
  options: BarBatchOptions,
): Promise<BarTable> {
  checkedRead(options);
  const form = formOf(options.adjust ?? 'none', columnsOf(options));
  const batches: BarBatches = history.batches(named, { ...options, columns: form.columns });
  const series = seriesOf(named);
  const [{ interval } = { interval: '1d' as const }] = series;
  const other = series.find((one) => one.interval !== interval);
  if (other !== undefined)
    throw new BackfillError(
      'usage',
      `a table has bars of one interval: ${interval} and ${other.interval} are named; make one of each`,
    );
  const verdict = await batches.verdict();
  const tickers = series.map(({ ticker }) => ticker);
  const { series: known } = await history.scan({ tickers, intervals: [interval] });
  const isFinalOf = (one: Series): IsFinal => {
    const state = known.get(seriesKey(one));
    return state === undefined ? () => true : finality(state);
  };
  return { series, interval, form, options, verdict, batches, isFinalOf };
}

/** Each once: a table has no two columns of one name. */
function columnsOf({ columns }: BarBatchOptions): readonly BarColumn[] | undefined {
  return Array.isArray(columns) ? [...new Set(columns)] : columns;
}

function seriesOf(named: Series | readonly Series[]): readonly Series[] {
  const list = [named].flat().map((one) => canonical(one));
  return [...new Map(list.map((one) => [seriesKey(one), one])).values()];
}
