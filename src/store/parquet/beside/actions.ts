import type { AsyncBuffer } from 'hyparquet';
import type { ActionBook } from '../../../core/actions/action-book.ts';
import { actionValue } from '../../../core/bars/bars.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import { periodRange } from '../../../core/bars/partition.ts';
import type { DayRange } from '../../../core/session/day.ts';
import { BackfillError } from '../../../core/errors.ts';
import { contains, intersect, normalize, subtract } from '../../../core/session/ranges.ts';
import { type BookFile, decodeBook, editionOf, NO_BOOK, readBookFile } from './action-file.ts';
import { encodeBook } from './actions-knowledge.ts';
import { assertBounds } from '../codec/bounds.ts';
import { assertSealed } from '../codec/byte-seal.ts';
import { type Blobs, type Check, type PutOptions, type Version, untilUndisturbed } from '../files/blobs.ts';
import { decodeActions, readActionsFooter } from '../codec/decode.ts';
import { digestOfActions } from '../codec/digest.ts';
import { ACTION_COLUMNS, currencyOf, encodeActions } from '../codec/encode.ts';
import { joinRuns } from '../partition/knowledge.ts';
import { actionsPath, dailyOf, barsPath } from '../files/layout.ts';
import { assertDigest } from '../codec/own-entry.ts';
import { errno } from '../files/absent.ts';
import { OWN_TROUBLE } from '../files/trouble.ts';
import { giveUpLost } from '../partition/damage-notes.ts';
import { missingUntilRerun, readAllOrSetAside } from './quarantine.ts';
import { readPartition } from '../partition/partition-file.ts';
import { readMetadata } from '../codec/read-columns.ts';
import { Reads } from './reads.ts';
import { actionsSaid } from '../partition/said.ts';
import type { Note } from '../partition/scan-cache.ts';
import { noteTaken } from '../partition/taken-away.ts';
import type { Told } from '../partition/told.ts';
import { writePartition } from '../partition/write-partition.ts';

/** Throws `store-corrupt` like `decodeBook`, and if the footer has other bounds than the rows. */
export async function assertWholeActions(ticker: string, file: AsyncBuffer): Promise<void> {
  const { book } = await decodeBook(ticker, file);
  const { entries } = book;
  assertBounds(await readMetadata(file, ACTION_COLUMNS), {
    ex_date: entries.map(({ action }) => action.exDay),
    kind: entries.map(({ action }) => action.kind),
    value: entries.map(({ action }) => actionValue(action)),
    currency: entries.map(({ action }) => currencyOf(action)),
    source: entries.map(({ source }) => source),
    fetched_at: entries.map(({ fetchedAt }) => fetchedAt),
  });
}

/**
 * Writes what `change` makes of the corporate actions of a ticker and of what is known of them; the same is not written.
 * A damaged file goes to quarantine, and `store-corrupt` is thrown.
 */
export function updateActions(
  blobs: Blobs,
  ticker: string,
  change: (before: ActionBook) => ActionBook,
  note?: Note,
): Promise<void> {
  const reads = new Reads(blobs);
  return untilUndisturbed(async () => {
    const { before, after, ifVersion } = await changed(blobs, ticker, change, reads);
    if (!isSameBook(before, after)) await writeOrRemove(blobs, ticker, after, { note, ifVersion });
  });
}

/**
 * The same, but for days that are covered now and were not while nothing else changes: these are left to the bars to tell.
 */
export function updateOrTell(
  blobs: Blobs,
  ticker: string,
  change: (before: ActionBook) => ActionBook,
  reads: Reads,
  note: Note,
): Promise<Told | undefined> {
  return untilUndisturbed(async () => {
    const { before, after, edition, ifVersion } = await changed(blobs, ticker, change, reads);
    if (isSameBook(before, after)) return undefined;
    const isMore = subtract(before.covered, after.covered).length === 0;
    if (edition !== undefined && isMore && isSameBook({ ...before, covered: after.covered }, after))
      return { of: edition, days: after.covered };
    await writeOrRemove(blobs, ticker, after, { note, ifVersion });
    return undefined;
  });
}

async function changed(
  blobs: Blobs,
  ticker: string,
  change: (before: ActionBook) => ActionBook,
  reads: Reads,
): Promise<{
  readonly before: ActionBook;
  readonly after: ActionBook;
  readonly edition: string | undefined;
  /** Of the file when `before` was read. */
  readonly ifVersion: Version | null | undefined;
}> {
  const read = (): Promise<BookFile> => reads.book(ticker);
  const file = { path: actionsPath(ticker), loss: missingUntilRerun('splits and dividends'), read };
  const [{ book, edition } = NO_BOOK] = await readAllOrSetAside(blobs, [file]);
  const after = change(book);
  // Runs that only a week-end parts become one, or a year of daily answers would fill the footer.
  return {
    before: book,
    after: { ...after, covered: joinRuns(after.covered, calendarFor(ticker)) },
    edition,
    ifVersion: reads.versionOf(file.path),
  };
}

interface WriteOptions extends Pick<PutOptions, 'ifVersion'> {
  readonly note?: Note | undefined;
}

async function writeOrRemove(
  blobs: Blobs,
  ticker: string,
  book: ActionBook,
  options: WriteOptions,
): Promise<void> {
  const isEmpty = [book.entries, book.past, book.doubts, book.covered].every(({ length }) => length === 0);
  if (!isEmpty) return writeActions(blobs, ticker, book, options);
  await noteTaken(blobs, actionsPath(ticker));
  await blobs.remove(actionsPath(ticker), options);
}

/** Writes a file of corporate actions anew, with what is believed of it. */
export async function rewriteActions(blobs: Blobs, ticker: string): Promise<void> {
  await writeActions(blobs, ticker, (await readBookFile(blobs, ticker)).book);
}

/**
 * Removes the actions with ex-dates in a range, also those that are in force no more, and that these are known; a file
 * that keeps nothing goes. Gives the number of actions in force that were removed. A damaged file goes to quarantine, and
 * `store-corrupt` is thrown; one that was set aside before is given up, if the range is of all days.
 */
export async function forgetActionsIn(blobs: Blobs, ticker: string, range: DayRange): Promise<number> {
  if (subtract([periodRange('all')], [range]).length === 0)
    await giveUpLost(blobs, ({ file, held }) =>
      file.is === 'actions' && file.ticker === ticker ? 'nothing' : held,
    );
  const cut = (book: ActionBook): ActionBook => cutBook(book, range).kept;
  return untilUndisturbed(async () => {
    const { before, after, ifVersion } = await changed(blobs, ticker, cut, new Reads(blobs));
    if (isSameBook(before, after)) return 0;
    // First, so that they do not tell again what the file says no more.
    await untell(blobs, ticker);
    await writeOrRemove(blobs, ticker, after, { ifVersion });
    return before.entries.length - after.entries.length;
  });
}

/** Writes what daily bars tell of a ticker's corporate actions into their own file. */
export async function keepTold(blobs: Blobs, ticker: string): Promise<void> {
  const { book, edition } = await new Reads(blobs).book(ticker);
  if (edition !== undefined) await writeActions(blobs, ticker, book);
}

/** Takes from daily bars what they tell of the ticker's corporate actions. */
async function untell(blobs: Blobs, ticker: string): Promise<void> {
  const partition = dailyOf(ticker);
  await untilUndisturbed(async () => {
    const ifVersion = await blobs.version(barsPath(partition));
    const content = await readable(readPartition(blobs, partition));
    if (content?.knowledge.told === undefined) return;
    const { told: _, ...knowledge } = content.knowledge;
    await writePartition(blobs, partition, { ...content, knowledge }, { ifVersion });
  });
}

/** Undefined for what the system does not give to us: what it tells is of a file that is about to change, and means nothing. */
async function readable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (OWN_TROUBLE.has(errno(error))) return undefined;
    throw error;
  }
}

/** A book without a range of ex-dates, and what goes. */
export function cutBook(
  book: ActionBook,
  range: DayRange,
): { readonly kept: ActionBook; readonly gone: ActionBook } {
  const part = (isOf: (exDay: number) => boolean, covered: readonly DayRange[]): ActionBook => ({
    entries: book.entries.filter(({ action }) => isOf(action.exDay)),
    past: book.past.filter(({ action }) => isOf(action.exDay)),
    doubts: book.doubts.filter(({ exDay }) => isOf(exDay)),
    covered,
  });
  const { ownList } = book;
  const goes = (exDay: number): boolean => contains([range], exDay);
  return {
    kept: {
      ...part((exDay) => !goes(exDay), subtract(book.covered, normalize([range]))),
      ...(ownList && { ownList }),
    },
    gone: part(goes, intersect(book.covered, [range])),
  };
}

/** Whether two books say the same; covered days are joined in both. */
export function isSameBook(a: ActionBook, b: ActionBook): boolean {
  if (subtract(b.covered, a.covered).length > 0 || subtract(a.covered, b.covered).length > 0) return false;
  const text = ({ entries, past, doubts, ownList }: ActionBook): string =>
    JSON.stringify([entries, past, doubts, ownList]);
  return text(a) === text(b);
}

async function writeActions(
  blobs: Blobs,
  ticker: string,
  book: ActionBook,
  { note, ifVersion }: WriteOptions = {},
): Promise<void> {
  const path = actionsPath(ticker);
  const digest = digestOfActions(book);
  const metadata = encodeBook(ticker, book, digest);
  const check: Check = async (written) => {
    const footer = await readActionsFooter(written);
    if (footer.metadata !== metadata) throw new BackfillError('store-corrupt', 'its knowledge is another');
    const entries = await decodeActions(written);
    assertDigest(digest, () => digestOfActions({ ...book, entries }));
    await assertSealed(written, footer.parsed);
  };
  const version = await blobs.put(path, encodeActions(book.entries, metadata), { ifVersion, check });
  if (version !== undefined) note?.({ path, version, ...actionsSaid(book, editionOf(digest)) });
}
