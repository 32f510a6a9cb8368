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
import type { Database } from './database.ts';
import { partitionOfRow } from './parts.ts';
import { readSeries } from './read.ts';
import { inTheirOrder, revisionOf, REVISIONS } from './revisions.ts';

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
  db: Database,
  scan: Scan,
  sql: string,
  adjusting: Adjusting,
  use: QueryUse<T>,
): Promise<T> {
  return withScratch(async (scratch) => {
    const { blobs } = scratch;
    const partitions = await layOut(db, scratch);
    // What is not believed is not exported.
    const believed = (): Promise<Scan> => Promise.resolve({ ...scan, distrusted: [] });
    return queryStore(blobs, believed, sql, adjusting, use, async (files, isKnowing) => {
      await eachBounded(files, (file) => fill(db, blobs, file));
      if (isKnowing) await fillKnowledge(db, blobs, unread(partitions, files));
    });
  });
}

/** An empty file for each that a store of files would have. Gives the partitions. */
async function layOut(db: Database, { lay }: Scratch): Promise<Partition[]> {
  const parts = await db.read(
    'SELECT ticker, interval, period FROM backfill_parts ORDER BY interval, ticker, period',
  );
  const partitions = parts.map((row) => partitionOfRow(row));
  const tickers = await db.read('SELECT ticker FROM backfill_books ORDER BY ticker');
  const revised = await db.read('SELECT DISTINCT ticker, interval FROM revisions ORDER BY 1, 2');
  await lay(encodeBars(NO_BARS, '{}'), partitions.map(barsPath));
  await lay(
    encodeActions([], '{}'),
    tickers.map(({ ticker }) => actionsPath(String(ticker))),
  );
  await lay(
    encodeRevisions([], '{}'),
    revised.map((row) => revisionsPath(revisionsOf(partitionOfRow(row).series))),
  );
  return partitions;
}

/** All revisions of a series lie in one file: nobody asks for its period. */
function revisionsOf(series: Series): Partition {
  return { series, period: series.interval === '1d' ? 'all' : series.interval === '1m' ? '1970-01' : '1970' };
}

async function fill(db: Database, blobs: Blobs, file: DataFile): Promise<void> {
  if (file.is === 'bars') {
    const { series, period } = file.partition;
    const { parts, bars } = await readSeries(db, series, periodRange(period));
    const part = parts.get(period);
    if (part !== undefined) await writePartition(blobs, file.partition, { bars, knowledge: part.knowledge });
  } else if (file.is === 'actions') {
    const { book } = await readSeries(db, { ticker: file.ticker, interval: '1d' }, { from: 0, to: 0 });
    await blobs.remove(file.path);
    await updateActions(blobs, file.ticker, () => book.book);
    if ((await blobs.version(file.path)) === undefined) await blobs.put(file.path, encodeActions([], '{}'));
  } else {
    const { ticker, interval } = file.partition.series;
    const rows = await db.read(`${REVISIONS} ORDER BY id`, [ticker, interval]);
    await writeRevisions(blobs, file.partition, inTheirOrder(rows.map(revisionOf)));
  }
}

/** What is known of partitions, without their bars. */
async function fillKnowledge(db: Database, blobs: Blobs, partitions: readonly Partition[]): Promise<void> {
  const bySeries = new Map<string, Partition[]>();
  for (const one of partitions)
    bySeries.set(seriesKey(one.series), [...(bySeries.get(seriesKey(one.series)) ?? []), one]);
  await eachBounded([...bySeries.values()], async (own) => {
    const [{ series } = { series: undefined }] = own;
    if (series === undefined) return;
    const { parts } = await readSeries(db, series, periodRange('all'), { from: 0, to: 0 });
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
