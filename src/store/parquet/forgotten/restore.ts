import type { ActionBook } from '../../../core/actions/action-book.ts';
import { mergeIdentity, type Series, seriesKey } from '../../../core/bars/bars.ts';
import { calendarById, calendarFor } from '../../../core/calendar/calendars.ts';
import { NO_BARS } from '../../../core/bars/columns.ts';
import { learn, NOTHING_KNOWN } from '../../../core/coverage/coverage.ts';
import { type Day, formatDay } from '../../../core/session/day.ts';
import { BackfillError } from '../../../core/errors.ts';
import { span, subtract } from '../../../core/session/ranges.ts';
import { type GivenBack, giveBack, giveBackActions } from '../../../core/coverage/give-back.ts';
import { mergeBars } from '../../../core/bars/merge-bars.ts';
import { sessionDateOf } from '../../../core/bars/partition.ts';
import type { ForgottenEntry, Restored } from '../../forgotten.ts';
import { eachBounded, eachCounted, type OnDone } from '../../bounded.ts';
import { readBookFile } from '../beside/action-file.ts';
import type { Blobs } from '../files/blobs.ts';
import { compact, type Knowledge } from '../partition/knowledge.ts';
import type { Partition } from '../files/layout.ts';
import { type PartitionContent, readPartition } from '../partition/partition-file.ts';
import { listPartitions, tickersWithActions } from '../files/walk.ts';
import { entryPath, noteRestored, readEntry } from './entry.ts';
import { type LiveStore, liveFiles } from './live.ts';

/** A partition of an entry, and of the store as it is now. */
interface Pair {
  readonly gone: PartitionContent;
  readonly now: PartitionContent | undefined;
  readonly back: GivenBack;
}

/**
 * Brings back what was forgotten: splits and dividends first, then bars and knowledge; `onDone` is told how many partitions
 * are back. What is final now stays; where it differs nothing is brought back at all, and `usage` is thrown. Interrupted, it
 * is completed by the same call. Throws `store-corrupt` for what is damaged, and `usage` for an id that there is not.
 */
export async function restoreForgotten(
  blobs: Blobs,
  id: string,
  at: number,
  onDone?: OnDone,
  live = liveFiles(blobs),
): Promise<Restored> {
  const entry = await readEntry(blobs, id);
  if (entry === undefined)
    throw new BackfillError('usage', `nothing forgotten is called "${id}"; backfill restore lists what is`);
  const folder = entryPath(id);
  const partitions = await listPartitions(blobs.below(folder));
  const tickers = await tickersWithActions(blobs.below(folder));
  await assertNoConflict(blobs, live, entry, partitions, tickers);
  let [actions, exDays] = [0, 0];
  await eachBounded(tickers, async (ticker) => {
    const gone = await readGone(blobs, entry, { ticker }, (copy) => bookIn(copy, ticker));
    let [more, known] = [0, 0];
    await live.updateActions(ticker, (now) => {
      const { book } = giveBackActions(gone, now);
      // Where somebody else wrote meanwhile, this is asked again.
      more = book.entries.length - now.entries.length;
      known = calendarFor(ticker).count(subtract(book.covered, now.covered));
      return book;
    });
    actions += more;
    exDays += known;
  });
  let [rows, empty] = [0, 0];
  await eachCounted(partitions, onDone, async (partition) => {
    const gone = await readGone(blobs, entry, partition.series, (copy) => readPartition(copy, partition));
    if (gone === undefined) return;
    let [more, known] = [0, 0];
    await live.update(partition, gone.knowledge.calendar, (now) => {
      const after = mergedBack(paired(partition, gone, now));
      more = after.bars.length - (now?.bars.length ?? 0);
      known = emptyBesides(after.knowledge, now?.knowledge);
      return after;
    });
    rows += more;
    empty += known;
  });
  await noteRestored(blobs, id, at);
  return { entry, rows, actions, empty, exDays };
}

async function assertNoConflict(
  blobs: Blobs,
  live: LiveStore,
  entry: ForgottenEntry,
  partitions: readonly Partition[],
  tickers: readonly string[],
): Promise<void> {
  const days = new Map<string, { partition: Partition; days: Day[] }>();
  for (const partition of partitions) {
    const { conflicts = [] } = (await pairOf(blobs, live, entry, partition))?.back ?? {};
    if (conflicts.length === 0) continue;
    const key = seriesKey(partition.series);
    days.set(key, { partition, days: [...(days.get(key)?.days ?? []), ...conflicts] });
  }
  const [first, ...more] = days.values();
  if (first !== undefined) throw otherBars(first.partition, first.days, more.length);
  for (const ticker of tickers) {
    const gone = await readGone(blobs, entry, { ticker }, (copy) => bookIn(copy, ticker));
    const [conflict] = giveBackActions(gone, await live.ownBook(ticker)).conflicts;
    if (conflict === undefined) continue;
    throw new BackfillError(
      'usage',
      `${ticker} has another value now for ${conflict}: it stays, and nothing is brought back; ` +
        `backfill actions ${ticker} lists what is known`,
    );
  }
}

function otherBars({ series }: Partition, days: readonly Day[], more: number): BackfillError {
  const [from, to] = [formatDay(days[0] ?? 0), formatDay(days.at(-1) ?? 0)];
  const when = days.length === 1 ? `on ${from}` : `on ${days.length} days, ${from} to ${to}`;
  const others = more === 0 ? '' : `, and so have ${more} other series`;
  return new BackfillError(
    'usage',
    `${seriesKey(series)} has other final bars now ${when}${others}: they stay, and nothing is brought back; to have the ` +
      `forgotten ones instead: backfill forget ${series.ticker} --interval ${series.interval} --start ${from} --end ${to}, then restore again`,
    { ticker: series.ticker },
  );
}

async function pairOf(
  blobs: Blobs,
  live: LiveStore,
  entry: ForgottenEntry,
  partition: Partition,
): Promise<Pair | undefined> {
  const gone = await readGone(blobs, entry, partition.series, (copy) => readPartition(copy, partition));
  if (gone === undefined) return undefined;
  return paired(partition, gone, await live.read(partition, gone.knowledge.calendar));
}

function paired({ series }: Partition, gone: PartitionContent, now: PartitionContent | undefined): Pair {
  const sessionOf = sessionDateOf(series.interval, calendarById(gone.knowledge.calendar));
  const present = { bars: now?.bars ?? NO_BARS, coverage: now?.knowledge.coverage ?? NOTHING_KNOWN };
  const back = giveBack({ bars: gone.bars, coverage: gone.knowledge.coverage }, present, sessionOf);
  return { gone, now, back };
}

function mergedBack({ gone, now, back }: Pair): PartitionContent {
  if (now === undefined) return gone;
  const calendar = calendarById(now.knowledge.calendar);
  const knowledge: Knowledge = {
    ...now.knowledge,
    coverage: compact(learn(now.knowledge.coverage, back.learned), calendar),
    identity: mergeIdentity(gone.knowledge.identity, now.knowledge.identity),
    fetchedAt: latest(now.knowledge.fetchedAt, gone.knowledge.fetchedAt),
  };
  return { bars: mergeBars(now.bars, back.bars), knowledge };
}

/** Sessions that are known to have no bar, and were not before. */
function emptyBesides({ coverage, calendar }: Knowledge, before: Knowledge | undefined): number {
  return calendarById(calendar).count(subtract(coverage.absent, before?.coverage.absent ?? []));
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

async function bookIn(blobs: Blobs, ticker: string): Promise<ActionBook> {
  return (await readBookFile(blobs, ticker)).book;
}

/** Names where the damage is, and what can be done without what lies there. */
async function readGone<T extends ActionBook | PartitionContent | undefined>(
  blobs: Blobs,
  entry: ForgottenEntry,
  whose: Pick<Series, 'ticker'> & Partial<Series>,
  read: (copy: Blobs) => Promise<T>,
): Promise<T> {
  const folder = entryPath(entry.id);
  try {
    return await read(blobs.below(folder));
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
    throw new BackfillError('store-corrupt', `${folder}/${error.message}; ${wayOn(entry, whose)}`, {
      ticker: whose.ticker,
      cause: error,
    });
  }
}

function wayOn(
  { series, actions }: ForgottenEntry,
  { ticker, interval }: Pick<Series, 'ticker'> & Partial<Series>,
): string {
  const own = series.filter(
    (one) => one.series.ticker === ticker && one.series.interval === (interval ?? '1d'),
  );
  const days = span(own.flatMap((one) => one.days ?? []));
  const of = interval === undefined || interval === '1d' ? '' : ` --interval ${interval}`;
  const range = days === undefined ? '' : ` --start ${formatDay(days.from)} --end ${formatDay(days.to - 1)}`;
  const isAll = series.length + (actions > 0 ? 1 : 0) <= 1;
  const rest = isAll ? '' : '; to bring back the rest, remove that file and restore again';
  return (
    `the copy stays, and nothing is brought back; to ask for what it held: ` +
    `backfill --tickers ${ticker}${of}${range} with the provider that it was from${rest}`
  );
}
