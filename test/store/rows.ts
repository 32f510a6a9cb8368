import { storedBarsOf, storedRowsOf } from '../../src/core/bars/bar-builder.ts';
import type { Bar, Series } from '../../src/core/bars/bars.ts';
import type { DayRange } from '../../src/core/session/day.ts';
import { periodRange } from '../../src/core/bars/partition.ts';
import { decodeBars } from '../../src/store/parquet/codec/decode-bars.ts';
import { bytesAsFile } from '../../src/store/parquet/codec/bytes-at.ts';
import { encodeBars } from '../../src/store/parquet/codec/encode.ts';
import type { BarStore, SeriesContent } from '../../src/store/store.ts';

/** Stored bars as rows, as a test speaks of them. */
export async function rowsIn(store: BarStore, series: Series, range?: DayRange): Promise<Bar[]> {
  return storedRowsOf(await store.readBars(series, range));
}

/** What is stored of a series where a range reaches (default: all). */
export async function seriesIn(
  store: BarStore,
  series: Series,
  range: DayRange = periodRange('all'),
): Promise<SeriesContent | undefined> {
  return (await store.edit(series, range)).content;
}

/** The same, with its bars as rows. */
export async function contentIn(store: BarStore, series: Series, range?: DayRange) {
  const content = await seriesIn(store, series, range);
  return content && { ...content, bars: storedRowsOf(content.bars) };
}

/** A Parquet file of rows, in whatever order. */
export function fileOf(rows: readonly Bar[], metadata: string): Uint8Array {
  return encodeBars(storedBarsOf(rows), metadata);
}

/** The rows of a Parquet file of bars. */
export async function rowsInFile(file: Uint8Array): Promise<Bar[]> {
  return storedRowsOf(await decodeBars(bytesAsFile(file)));
}
