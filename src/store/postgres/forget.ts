import type { Series } from '../../core/bars/bars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { unlearn } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { union } from '../../core/session/ranges.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { Part, PartWrite } from '../tables/parts.ts';
import { sumAfter } from '../tables/row-sum.ts';
import { sessionDaysOf } from '../tables/plan.ts';
import type { BarTable, BarTables } from './bar-tables.ts';
import { putBars } from './bars.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import { barsNow, holdParts, IN_PERIOD, putParts, removePart, sessionBounds } from './parts.ts';
import { readSeries } from './read.ts';
import type { Writing } from './lease.ts';

/** Removes rows and knowledge of a range of session dates; a part that keeps neither goes. Gives the number of rows. */
export function forgetRange(
  db: Database,
  writing: Writing,
  series: Series,
  range: DayRange,
): Promise<number> {
  return untilUndisturbed(async () => {
    const { parts } = await readSeries(db, series, range, NOTHING);
    if (parts.size === 0) return 0;
    return writing(async (client, tables) => {
      const table = tables(series.interval);
      let removed = 0;
      for (const [period, part] of parts)
        removed += await forgetIn(client, table, { partition: { series, period }, part, range });
      return removed;
    });
  });
}

const NOTHING: DayRange = { from: 0, to: 0 };

async function forgetIn(
  client: Client,
  { name, ofSeries }: BarTable,
  {
    partition,
    part,
    range,
  }: { readonly partition: Partition; readonly part: Part; readonly range: DayRange },
): Promise<number> {
  const write: PartWrite = {
    ...part,
    ...{ partition, before: part.version, isMarkedAnew: true },
    knowledge: { ...part.knowledge, coverage: unlearn(part.knowledge.coverage, [range]) },
  };
  await holdParts(client, [write]);
  const { series, period } = partition;
  const own = periodRange(period);
  const days = { from: Math.max(own.from, range.from), to: Math.min(own.to, range.to) };
  const removed = await barsNow(client, series, days);
  const sum = part.sum && sumAfter(part.sum, removed, NO_BARS);
  const { rowCount } = await client.query(`DELETE FROM ${name} WHERE ${ofSeries} AND ${IN_PERIOD}`, [
    ...[series.ticker, series.interval, ...sessionBounds(days)],
  ]);
  const left = await extentOf(client, partition);
  const { present, absent } = write.knowledge.coverage;
  if (left.rows === 0 && union(present, absent).length === 0) await removePart(client, partition);
  else await putParts(client, [{ ...write, ...left, sum }]);
  return rowCount ?? 0;
}

/** The rows of a part as they are now. */
async function extentOf(
  client: Client,
  { series, period }: Partition,
): Promise<Pick<Part, 'rows' | 'firstTs' | 'lastTs'>> {
  const { rows } = await client.query(
    `SELECT count(*)::text AS rows, extract(epoch FROM min(ts)) * 1000 AS first, extract(epoch FROM max(ts)) * 1000 AS last
     FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD}`,
    [series.ticker, series.interval, ...sessionBounds(periodRange(period))],
  );
  const { rows: count, first, last } = rows[0] ?? {};
  const ms = (value: unknown): number | null =>
    value === null || value === undefined ? null : Number(value);
  return { rows: Number(count), firstTs: ms(first), lastTs: ms(last) };
}

/** Puts bars and knowledge into a part; bars that it has besides stay. */
export async function putPart(
  client: Client,
  tables: BarTables,
  part: PartWrite,
  bars: StoredBars,
): Promise<void> {
  const { series } = part.partition;
  await holdParts(client, [part]);
  await putBars(client, tables, [
    { series, bars, sessions: sessionDaysOf(series, bars, part.knowledge.calendar) },
  ]);
  await putParts(client, [{ ...part, ...(await extentOf(client, part.partition)) }]);
}
