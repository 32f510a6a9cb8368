import { storedRowsOf } from '../../src/core/bar-builder.ts';
import type { Bar, Series } from '../../src/core/bars.ts';
import type { DayRange } from '../../src/core/day.ts';
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
