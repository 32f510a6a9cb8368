import { NO_BARS } from '../../core/bars/columns.ts';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { eachBounded } from '../bounded.ts';
import type { Scan } from '../scan.ts';
import type { AdjustedView, JudgeBasis, QueryUse } from '../views.ts';
import { updateActions } from '../parquet/beside/actions.ts';
import { writeRevisions } from '../parquet/beside/revisions.ts';
import { encodeActions, encodeBars, encodeRevisions } from '../parquet/codec/encode.ts';
import type { Blobs } from '../parquet/files/blobs.ts';
import type { DataFile } from '../parquet/files/data-paths.ts';
import { actionsPath, barsPath, type Partition, revisionsPath } from '../parquet/files/layout.ts';
import { type Scratch, withScratch } from '../parquet/files/scratch.ts';
import { writePartition } from '../parquet/partition/write-partition.ts';
import { queryStore } from '../parquet/sql/query.ts';
import { inTheirOrder } from './revisions.ts';
import type { Tables } from './tables.ts';

/** How a query has bars adjusted. */
interface Adjusting {
  readonly adjusted: AdjustedView;
  readonly judge: JudgeBasis;
}

/**
 * Runs a SELECT over files that are made for it and are gone after it: first all of them empty, by which DuckDB's plan tells which
 * it may read, then these filled. What a query reads has to fit twice into the folder for what is temporary.
 */
export async function queryTables<T>(
  tables: Tables,
  scan: Scan,
  sql: string,
  adjusting: Adjusting,
  use: QueryUse<T>,
): Promise<T> {
  return withScratch(async (scratch) => {
    const { blobs } = scratch;
    const partitions = await layOut(tables, scratch);
    // What is not believed is not exported.
    const believed = (): Promise<Scan> => Promise.resolve({ ...scan, distrusted: [] });
    return queryStore(blobs, believed, sql, adjusting, use, async (files, isKnowing) => {
      await eachBounded(files, (file) => fill(tables, blobs, file));
      if (isKnowing) await fillKnowledge(tables, blobs, unread(partitions, files));
    });
  });
}

/** An empty file for each that a store of files would have. Gives the partitions. */
async function layOut(tables: Tables, { lay }: Scratch): Promise<readonly Partition[]> {
  const partitions = await tables.parts();
  const tickers = await tables.bookTickers();
  const revised = await tables.revisedSeries();
  await lay(encodeBars(NO_BARS, '{}'), partitions.map(barsPath));
  await lay(encodeActions([], '{}'), tickers.map(actionsPath));
  await lay(
    encodeRevisions([], '{}'),
    revised.map((series) => revisionsPath(revisionsOf(series))),
  );
  return partitions;
}

/** All revisions of a series lie in one file: nobody asks for its period. */
function revisionsOf(series: Series): Partition {
  return { series, period: series.interval === '1d' ? 'all' : series.interval === '1m' ? '1970-01' : '1970' };
}

async function fill(tables: Tables, blobs: Blobs, file: DataFile): Promise<void> {
  if (file.is === 'bars') {
    const { series, period } = file.partition;
    const { parts, bars } = await tables.readSeries(series, periodRange(period));
    const part = parts.get(period);
    if (part !== undefined) await writePartition(blobs, file.partition, { bars, knowledge: part.knowledge });
  } else if (file.is === 'actions') {
    const { book } = await tables.readSeries({ ticker: file.ticker, interval: '1d' }, { from: 0, to: 0 });
    await blobs.remove(file.path);
    await updateActions(blobs, file.ticker, () => book.book);
    if ((await blobs.version(file.path)) === undefined) await blobs.put(file.path, encodeActions([], '{}'));
  } else {
    const kept = await tables.revisions(file.partition.series);
    await writeRevisions(blobs, file.partition, inTheirOrder(kept.map(({ revision }) => revision)));
  }
}

/** What is known of partitions, without their bars. */
async function fillKnowledge(tables: Tables, blobs: Blobs, partitions: readonly Partition[]): Promise<void> {
  const bySeries = new Map<string, Partition[]>();
  for (const one of partitions)
    bySeries.set(seriesKey(one.series), [...(bySeries.get(seriesKey(one.series)) ?? []), one]);
  await eachBounded([...bySeries.values()], async (own) => {
    const [{ series } = { series: undefined }] = own;
    if (series === undefined) return;
    const { parts } = await tables.readSeries(series, periodRange('all'), { from: 0, to: 0 });
    for (const partition of own) {
      const part = parts.get(partition.period);
      if (part !== undefined)
        await writePartition(blobs, partition, { bars: NO_BARS, knowledge: part.knowledge });
    }
  });
}

function unread(partitions: readonly Partition[], files: readonly DataFile[]): Partition[] {
  const read = new Set(files.map(({ path }) => path));
  return partitions.filter((partition) => !read.has(barsPath(partition)));
}
