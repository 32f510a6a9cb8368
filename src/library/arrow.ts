import type { RecordBatch, Schema, Table } from 'apache-arrow';
import type { Series } from '../core/bars/bars.ts';
import { arrowColumns } from './arrow-columns.ts';
import { type Arrow, loadArrow } from './arrow-package.ts';
import type { BarBatch, BarBatchOptions } from './bar-batch.ts';
import { type BarTable, openBarTable, type TableSource } from './bar-table.ts';

/**
 * Stored bars of one series, or of several of one interval, as a table of Arrow. Its columns are those of an export: `ticker` (a
 * dictionary), `ts` (ms, UTC, without a zone; of daily bars the session's date), what `columns` names (default: prices,
 * `volume`, `vwap`, `trades` and `source`), `is_final`, and where nothing is named `outside_range`; of adjusted bars `adjusted`
 * too. Numbers are doubles, null where they are not known, and are not copied: a batch of the table is a partition of the store.
 *
 * The metadata of its schema has under `backfill`, as JSON, what it was asked for (`interval`, `adjust`, perhaps `start`, `end`
 * and `asOf`), and the `verdict` on that range, see `Verdict`. Throws `usage` where the package `apache-arrow` is not installed and
 * for series of several intervals, and whatever `History.batches` throws.
 *
 * @example
 * const table = await arrowTable(history, { ticker: 'AAPL', interval: '1d' }, { adjust: 'all', require: 'complete' });
 * const closes = table.getChild('close')?.toArray();
 */
export async function arrowTable(
  history: TableSource,
  series: Series | readonly Series[],
  options: BarBatchOptions = {},
): Promise<Table> {
  const arrow = await loadArrow();
  const table = await openBarTable(history, series, options);
  const { schema, recordsOf } = formed(arrow, table);
  const batches: RecordBatch[] = [];
  for await (const bars of table.batches) batches.push(recordsOf(bars));
  return new arrow.Table(schema, batches);
}

/**
 * The same table as a stream of Arrow's IPC format, which DuckDB, pyarrow and polars read, with one partition of the store in
 * memory. The first part has the schema and the first bars; the last one says that it is the end. Throws as `arrowTable` does,
 * nearly all of it before the first part.
 *
 * @example
 * for await (const part of arrowStream(history, portfolio, { start: '2026-01-02' })) file.write(part);
 */
export async function* arrowStream(
  history: TableSource,
  series: Series | readonly Series[],
  options: BarBatchOptions = {},
): AsyncGenerator<Uint8Array> {
  const arrow = await loadArrow();
  yield* arrowParts(arrow, await openBarTable(history, series, options));
}

/** The parts of a stream. */
export async function* arrowParts(arrow: Arrow, table: BarTable): AsyncGenerator<Uint8Array> {
  const { schema, recordsOf } = formed(arrow, table);
  let written: Uint8Array[] = [];
  const sink = new (class extends arrow.AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      written.push(bytes);
    }
  })();
  const taken = (): Uint8Array => {
    const part = Buffer.concat(written);
    written = [];
    return part;
  };
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(sink, schema);
  for await (const bars of table.batches) {
    writer.write(recordsOf(bars));
    yield taken();
  }
  writer.finish();
  yield taken();
}

/** How the batches of a table become Arrow's. */
interface Formed {
  readonly schema: Schema;
  readonly recordsOf: (bars: BarBatch) => RecordBatch;
}

function formed(arrow: Arrow, table: BarTable): Formed {
  const columns = arrowColumns(arrow, table);
  const fields = columns.map(({ field }) => field);
  const schema = new arrow.Schema(fields, new Map([['backfill', JSON.stringify(saidOf(table))]]));
  const type = new arrow.Struct(fields);
  return {
    schema,
    recordsOf: (bars) => {
      const children = columns.map(({ dataOf }) => dataOf(bars));
      return new arrow.RecordBatch(
        schema,
        arrow.makeData({ type, length: bars.rows, nullCount: 0, children }),
      );
    },
  };
}

/** What a table was asked for, and what is said of that. */
export function saidOf({ interval, options, verdict }: BarTable): object {
  const { adjust = 'none', start, end, asOf } = options;
  return { interval, adjust, start, end, asOf, verdict };
}
