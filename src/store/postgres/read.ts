import type { Series } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Partition } from '../parquet/files/layout.ts';
import { Readings } from '../parquet/partition/said.ts';
import { type Part, partitionOfRow, partOf, periodBounds } from '../tables/parts.ts';
import type { SeriesRead } from '../tables/read.ts';
import type { Row } from '../tables/row.ts';
import { readInstants } from './arrays.ts';
import { BAR_ARRAYS, barsIn } from './bars.ts';
import { bookColumn, bookIn } from './books.ts';
import type { Database } from './database.ts';
import { IN_PERIOD, PART_COLUMNS, sessionBounds } from './parts.ts';

const READ = `SELECT ${BAR_ARRAYS}, (SELECT json_agg(p ORDER BY p.period) FROM (SELECT ${PART_COLUMNS} FROM backfill_parts AS p
  WHERE ticker = $1 AND interval = $2 AND period BETWEEN $7 AND $8) AS p) AS parts, ${bookColumn('$1')} AS book
FROM (SELECT * FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD} ORDER BY ts) AS b`;

/** One statement, so that all of it is of one moment. `barsOf`: of which sessions bars are read. */
export async function readSeries(
  db: Database,
  series: Series,
  range: DayRange,
  barsOf: DayRange = range,
): Promise<SeriesRead> {
  const [row] = await db.read(READ, [
    ...[series.ticker, series.interval, ...sessionBounds(barsOf), ...periodBounds(series.interval, range)],
  ]);
  const readings = new Readings();
  const parts = new Map<string, Part>();
  for (const one of (row?.['parts'] ?? []) as Row[]) {
    const partition = partitionOfRow(one, series);
    parts.set(partition.period, await partOf(partition, one, readings, (of) => stampsOf(db, of)));
  }
  return { parts, bars: barsIn(row), range, barsOf, book: bookIn(series.ticker, row?.['book']) };
}

/** The stamps of a part's bars. */
export async function stampsOf(db: Database, { series, period }: Partition): Promise<Float64Array> {
  const [row] = await db.read(
    `SELECT array_send(array_agg(ts ORDER BY ts)) AS ts FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD}`,
    [series.ticker, series.interval, ...sessionBounds(periodRange(period))],
  );
  const ts = row?.['ts'];
  return readInstants(Buffer.isBuffer(ts) ? ts : null);
}
