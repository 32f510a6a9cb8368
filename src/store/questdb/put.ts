import { grouped } from '../../core/grouped.ts';
import { seriesKey } from '../../core/bars/bars.ts';
import { disturbed, type PartWrite } from '../tables/parts.ts';
import type { SeriesRows, SeriesWrite } from '../tables/plan.ts';
import { type Extent, extentsOf, insertsOfBars } from './bars.ts';
import { putBooks } from './books.ts';
import { assertUnchanged, assertWritten, insertsOfParts } from './parts.ts';
import { insertsOfRevisions } from './revisions.ts';
import type { QuestServer } from './server.ts';
import { newVersion } from './sql.ts';
import type { Insert, Writer } from './writer.ts';

/**
 * Writes changes of many series, step by step, each there before the next one begins: the books, the values that are replaced, the
 * bars, and at last what is known of these, which is what acknowledges them. Cut off between two steps there are rows that
 * nothing is known of; there is never anything known of which the rows are not there. Throws `Conflict`.
 */
export async function putAll(
  server: QuestServer,
  writer: Writer,
  writes: readonly SeriesWrite[],
): Promise<void> {
  const parts = writes.flatMap((write) => write.parts);
  if (parts.length > 0) await assertUnchanged(server, parts);
  const books = writes.flatMap(({ book }) => (book === undefined ? [] : [book]));
  if (books.length > 0) await putBooks(server, writer, books);
  const revisions: Insert[] = [];
  for (const write of writes)
    for (const one of await insertsOfRevisions(server, write.revisions)) revisions.push(one);
  const rows = writes.flatMap((write) => write.rows);
  await putRows(server, writer, { revisions, rows, parts });
}

/** What goes into the tables of bars and parts. */
export interface RowsWrite {
  readonly revisions: readonly Insert[];
  readonly rows: readonly SeriesRows[];
  readonly parts: readonly PartWrite[];
}

export async function putRows(
  server: QuestServer,
  writer: Writer,
  { revisions, rows, parts }: RowsWrite,
): Promise<void> {
  const version = newVersion();
  // Before the values that they replace are stored over: of a bar that QuestDB cannot have neither is written.
  const bars = insertsOfBars(server.names, rows, version);
  // The server applies later what it has taken, and loses none of it: these need not be there before it takes those.
  await writer.put([...revisions, ...bars]);
  if (parts.length === 0) return;
  await assertThere(server, rows, parts, version);
  await writer.put(await insertsOfParts(server, parts, version));
  await assertWritten(server, parts, version);
}

/** Looks whether all rows are there, and no others, before anything is known of them. Throws `Conflict`. */
async function assertThere(
  server: QuestServer,
  rows: readonly SeriesRows[],
  parts: readonly PartWrite[],
  version: string,
): Promise<void> {
  const sent = new Map<string, number>();
  for (const { series, bars } of rows)
    sent.set(seriesKey(series), (sent.get(seriesKey(series)) ?? 0) + bars.length);
  for (const [interval, some] of grouped(parts, ({ partition }) => partition.series.interval)) {
    const tickers = [...new Set(some.map(({ partition }) => partition.series.ticker))];
    const there = await extentsOf(server, interval, tickers, version);
    for (const part of some) {
      const periods = there.get(part.partition.series.ticker);
      const isAll = writtenOf(periods) === (sent.get(seriesKey(part.partition.series)) ?? 0);
      if (isAll && isThere(part, periods?.get(part.partition.period))) continue;
      server.suspects.add(seriesKey(part.partition.series));
      throw disturbed(part.partition);
    }
  }
}

function isThere(part: PartWrite, extent: Extent | undefined): boolean {
  const { rows, firstTs, lastTs } = extent ?? { rows: 0, firstTs: null, lastTs: null };
  return part.rows === rows && part.firstTs === firstTs && part.lastTs === lastTs;
}

function writtenOf(periods: ReadonlyMap<string, Extent> | undefined): number {
  return [...(periods?.values() ?? [])].reduce((sum, { written }) => sum + written, 0);
}
