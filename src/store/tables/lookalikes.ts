import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { Alike, type Marked } from '../alike.ts';
import { marksIn } from '../parquet/partition/marks.ts';
import type { Tables } from './tables.ts';

/** Which stored series may have bars of some series: see `BarStore.lookalikes`. */
export async function findLookalikes(
  tables: Tables,
  series: readonly Series[],
): Promise<ReadonlyMap<string, readonly Series[]>> {
  if (series.length === 0) return new Map();
  const said = await tables.marks([...new Set(series.map(({ interval }) => interval))]);
  const keys = new Set(series.map(seriesKey));
  const parts = said.map(({ partition, marks }) => ({ series: partition.series, marks: marksOf(marks) }));
  const alike = new Alike(parts.filter((part) => keys.has(seriesKey(part.series))));
  for (const part of parts) if (!keys.has(seriesKey(part.series))) alike.compare(part);
  return alike.found();
}

function marksOf(value: unknown): Marked['marks'] {
  try {
    return marksIn(value ?? undefined).marks;
  } catch {
    return undefined;
  }
}
