import type { Series } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { unlearn } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { union } from '../../core/session/ranges.ts';
import { cutBook } from '../parquet/beside/actions.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { LiveStore } from '../parquet/forgotten/live.ts';
import type { PartitionContent } from '../parquet/partition/partition-file.ts';
import { putBars } from './bars.ts';
import { changedBook, putBook } from './books.ts';
import type { Client } from './client.ts';
import type { Database } from './database.ts';
import type { Writing } from './edit.ts';
import {
  holdParts,
  IN_PERIOD,
  type Part,
  type PartWrite,
  putParts,
  removePart,
  sessionBounds,
} from './parts.ts';
import { readSeries } from './read.ts';
import { sessionDaysOf } from './upsert.ts';

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
    return writing(async (client) => {
      let removed = 0;
      for (const [period, part] of parts) removed += await forgetIn(client, { series, period }, part, range);
      return removed;
    });
  });
}

const NOTHING: DayRange = { from: 0, to: 0 };

async function forgetIn(client: Client, partition: Partition, part: Part, range: DayRange): Promise<number> {
  const write: PartWrite = {
    ...part,
    ...{ partition, before: part.version, isMarkedAnew: true },
    knowledge: { ...part.knowledge, coverage: unlearn(part.knowledge.coverage, [range]) },
  };
  await holdParts(client, [write]);
  const { series, period } = partition;
  const own = periodRange(period);
  const days = { from: Math.max(own.from, range.from), to: Math.min(own.to, range.to) };
  const { rowCount } = await client.query(
    `DELETE FROM bars WHERE ticker = $1 AND interval = $2 AND ${IN_PERIOD}`,
    [...[series.ticker, series.interval, ...sessionBounds(days)]],
  );
  const left = await extentOf(client, partition);
  const { present, absent } = write.knowledge.coverage;
  if (left.rows === 0 && union(present, absent).length === 0) await removePart(client, partition);
  else await putParts(client, [{ ...write, ...left }]);
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

/** Removes splits and dividends of a range of ex-dates. Gives the number of those in force. */
export function forgetActions(
  db: Database,
  writing: Writing,
  ticker: string,
  range: DayRange,
): Promise<number> {
  return untilUndisturbed(async () => {
    const { book: before } = await readSeries(db, { ticker, interval: '1d' }, NOTHING);
    const write = changedBook(ticker, before, (book) => cutBook(book, range).kept);
    if (write === undefined) return 0;
    await writing((client) => putBook(client, write));
    return before.book.entries.length - write.book.entries.length;
  });
}

/** The tables, as what is forgotten is taken out of and comes back to. */
export function liveTables(db: Database, writing: Writing, update: LiveStore['updateActions']): LiveStore {
  const read = async (partition: Partition): Promise<PartitionContent | undefined> =>
    (await readPartition(db, partition)).content;
  const bookOf: LiveStore['book'] = async (ticker) =>
    (await readSeries(db, { ticker, interval: '1d' }, NOTHING)).book.book;
  return {
    partitionsOf: async (series, range) =>
      [...(await readSeries(db, series, range, NOTHING)).parts.keys()].map((period) => ({ series, period })),
    contents: () => Promise.resolve(read),
    read,
    update: (partition, _, change) => untilUndisturbed(() => changePartition(db, writing, partition, change)),
    ...{ book: bookOf, ownBook: bookOf, updateActions: update },
  };
}

/** All that a part is, and its version; neither where there is none. */
async function readPartition(
  db: Database,
  { series, period }: Partition,
): Promise<{ readonly content?: PartitionContent; readonly version?: Part['version'] }> {
  const { parts, bars } = await readSeries(db, series, periodRange(period));
  const part = parts.get(period);
  return part === undefined ? {} : { content: { bars, knowledge: part.knowledge }, version: part.version };
}

/** Puts bars and knowledge in place of what a part has; bars that it has besides stay. */
async function changePartition(
  db: Database,
  writing: Writing,
  partition: Partition,
  change: (now: PartitionContent | undefined) => PartitionContent,
): Promise<void> {
  const { series } = partition;
  const now = await readPartition(db, partition);
  const { bars, knowledge } = change(now.content);
  await writing(async (client) => {
    const write: PartWrite = {
      ...{ partition, before: now.version, knowledge, isMarkedAnew: true },
      ...{ rows: bars.length, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null },
    };
    await holdParts(client, [write]);
    await putBars(client, [{ series, bars, sessions: sessionDaysOf(series, bars, knowledge.calendar) }]);
    await putParts(client, [{ ...write, ...(await extentOf(client, partition)) }]);
  });
}
