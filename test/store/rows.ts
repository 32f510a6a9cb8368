import { storedBarsOf, storedRowsOf } from '../../src/core/bar-builder.ts';
import type { Bar, Series } from '../../src/core/bars.ts';
import type { DayRange } from '../../src/core/day.ts';
import { decodeBars } from '../../src/store/parquet/decode-bars.ts';
import { bytesAsFile } from '../../src/store/parquet/decode.ts';
import { encodeBars } from '../../src/store/parquet/encode.ts';
import type { BarStore } from '../../src/store/store.ts';

/** Stored bars as rows, as a test speaks of them. */
export async function rowsIn(store: BarStore, series: Series, range?: DayRange): Promise<Bar[]> {
  return storedRowsOf(await store.readBars(series, range));
}

/** What `readSeries` gives, with its bars as rows. */
export async function contentIn(store: BarStore, series: Series, range?: DayRange) {
  const content = await store.readSeries(series, range);
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
