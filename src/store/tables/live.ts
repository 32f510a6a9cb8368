import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import { cutBook } from '../parquet/beside/actions.ts';
import { untilUndisturbed } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { LiveStore } from '../parquet/forgotten/live.ts';
import type { PartitionContent } from '../parquet/partition/partition-file.ts';
import type { ActionBook } from '../../core/actions/action-book.ts';
import { assertAsWritten } from './as-written.ts';
import { type BookWrite, changedBook, type ReadBook } from './books.ts';
import type { Part } from './parts.ts';
import { NOTHING_CHANGED } from './plan.ts';
import type { SeriesRead } from './read.ts';
import type { Tables } from './tables.ts';

const NOTHING: DayRange = { from: 0, to: 0 };

/** What is known of a ticker's corporate actions. */
export async function readBook(tables: Tables, ticker: string): Promise<ReadBook> {
  return (await tables.readSeries({ ticker, interval: '1d' }, NOTHING)).book;
}

/** Replaces it by what `change` makes of it: see `BarStore.updateActions`. */
export function updateBook(
  tables: Tables,
  ticker: string,
  change: (before: ActionBook) => ActionBook,
): Promise<BookWrite | undefined> {
  return untilUndisturbed(async () => {
    const book = changedBook(ticker, await readBook(tables, ticker), change);
    const revisions = { series: { ticker, interval: '1d' }, added: [] } as const;
    if (book !== undefined)
      await tables.write([{ book, parts: [], rows: [], revisions, result: NOTHING_CHANGED }]);
    return book;
  });
}

/** Removes splits and dividends of a range of ex-dates. Gives the number of those in force. */
export async function forgetActions(tables: Tables, ticker: string, range: DayRange): Promise<number> {
  const write = await updateBook(tables, ticker, (book) => cutBook(book, range).kept);
  return write === undefined ? 0 : write.before.book.entries.length - write.book.entries.length;
}

/** The tables, as what is forgotten is taken out of and comes back to. */
export function liveTables(tables: Tables): LiveStore {
  // Also of what another hand changed: who gives it up takes it as it is.
  const read = async ({ series, period }: Partition): Promise<PartitionContent | undefined> =>
    partIn(await tables.readSeries(series, periodRange(period)), period).content;
  const bookOf: LiveStore['book'] = async (ticker) => (await readBook(tables, ticker)).book;
  return {
    partitionsOf: async (series, range) =>
      [...(await tables.readSeries(series, range, NOTHING)).parts.keys()].map((period) => ({
        series,
        period,
      })),
    contents: () => Promise.resolve(read),
    read,
    update: (partition, _, change) => untilUndisturbed(() => changePartition(tables, partition, change)),
    ...{ book: bookOf, ownBook: bookOf },
    updateActions: async (ticker, change) => {
      await updateBook(tables, ticker, change);
    },
  };
}

/** All that a part is, and its version; neither where there is none. */
function partIn(
  { parts, bars }: SeriesRead,
  period: string,
): { readonly content?: PartitionContent; readonly version?: Part['version'] } {
  const part = parts.get(period);
  return part === undefined ? {} : { content: { bars, knowledge: part.knowledge }, version: part.version };
}

async function changePartition(
  tables: Tables,
  partition: Partition,
  change: (now: PartitionContent | undefined) => PartitionContent,
): Promise<void> {
  const read = await tables.readSeries(partition.series, periodRange(partition.period));
  assertAsWritten(partition.series, read, tables.url);
  const now = partIn(read, partition.period);
  const { bars, knowledge } = change(now.content);
  await tables.putPart(
    {
      ...{ partition, before: now.version, knowledge, isMarkedAnew: true },
      ...{ rows: bars.length, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null },
    },
    bars,
  );
}
