import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { Alike, type Marked } from '../alike.ts';
import { marksIn } from '../parquet/partition/marks.ts';
import type { Database } from './database.ts';
import { partitionOfRow } from './parts.ts';

/** Which stored series may have bars of some series: see `BarStore.lookalikes`. */
export async function findLookalikes(
  db: Database,
  series: readonly Series[],
): Promise<ReadonlyMap<string, readonly Series[]>> {
  if (series.length === 0) return new Map();
  const rows = await db.read(
    `SELECT ticker, interval, period, known->'marks' AS marks FROM backfill_parts WHERE interval = ANY ($1) AND rows > 0`,
    [[...new Set(series.map(({ interval }) => interval))]],
  );
  const keys = new Set(series.map(seriesKey));
  const parts = rows.map((row) => ({ series: partitionOfRow(row).series, marks: marksOf(row['marks']) }));
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
