import { join } from 'node:path';
import type { AsyncBuffer } from 'hyparquet';
import { type ActionBook, EMPTY_BOOK, hearActions } from '../../core/action-book.ts';
import { actionValue, type CorporateAction } from '../../core/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { contains, intersect, normalize, subtract, union } from '../../core/ranges.ts';
import { encodeBook, statedActionsDigest, trustedBook } from './actions-knowledge.ts';
import { assertBounds } from './bounds.ts';
import { type Check, commitFile, type CommitFs, removeFile } from './commit.ts';
import { decodeActions, readActionsFooter } from './decode.ts';
import { digestOfActions } from './digest.ts';
import { loadFile } from './disk.ts';
import { ACTION_COLUMNS, currencyOf, encodeActions } from './encode.ts';
import { joinRuns } from './knowledge.ts';
import { actionsPath } from './layout.ts';
import { assertDigest } from './own-entry.ts';
import { missingUntilRerun, readAllOrSetAside } from './quarantine.ts';
import { readMetadata } from './read-columns.ts';
import { actionsSaid } from './said.ts';
import type { Note } from './scan-cache.ts';

/** What an answer says of a ticker's corporate actions. */
interface ActionsAnswer {
  readonly actions: readonly CorporateAction[];
  /** Ex-dates that it speaks of; may be empty. */
  readonly covered: DayRange;
  readonly source: string;
  /** ms since the epoch. */
  readonly fetchedAt: number;
}

/**
 * Corporate actions of a ticker and what is known of them: what is in force lies in the rows, what was, in the
 * metadata. Throws `store-corrupt` if the file is damaged.
 */
export async function readActionsFile(root: string, ticker: string): Promise<ActionBook> {
  const path = actionsPath(ticker);
  const file = await loadFile(join(root, path));
  if (file === undefined) return EMPTY_BOOK;
  try {
    return await decodeBook(ticker, file);
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    throw new BackfillError('store-corrupt', `${path} is damaged: ${error.message}`, {
      ticker,
      cause: error,
    });
  }
}

/** The content of a file of corporate actions. Throws `store-corrupt` if its rows are not those that were written. */
async function decodeBook(ticker: string, file: AsyncBuffer): Promise<ActionBook> {
  const footer = await readActionsFooter(file);
  const { past, doubts, covered } = trustedBook(ticker, footer);
  const book = { entries: await decodeActions(file), past, doubts, covered };
  assertDigest(statedActionsDigest(ticker, footer), () => digestOfActions(book));
  return book;
}

/** Throws `store-corrupt` like `decodeBook`, and if the footer has other bounds than the rows. */
export async function assertWholeActions(ticker: string, file: AsyncBuffer): Promise<void> {
  const { entries } = await decodeBook(ticker, file);
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
export async function updateActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  change: (before: ActionBook) => ActionBook,
  note?: Note,
  read = (): Promise<ActionBook> => readActionsFile(root, ticker),
): Promise<void> {
  const file = { path: actionsPath(ticker), loss: missingUntilRerun('splits and dividends'), read };
  const [before = EMPTY_BOOK] = await readAllOrSetAside(fs, root, [file]);
  const changed = change(before);
  // Runs that only a week-end parts become one, or a year of daily answers would fill the footer.
  const covered = joinRuns(changed.covered, calendarFor(ticker));
  const after = { ...changed, covered };
  if (isSame(before, after)) return;
  const isEmpty = [after.entries, after.past, after.doubts, covered].every(({ length }) => length === 0);
  if (isEmpty) await removeFile(fs, root, actionsPath(ticker));
  else await writeActions(fs, root, ticker, after, note);
}

/** Writes a file of corporate actions anew, with what is believed of it. */
export async function rewriteActions(fs: CommitFs, root: string, ticker: string): Promise<void> {
  await writeActions(fs, root, ticker, await readActionsFile(root, ticker));
}

/** Merges actions by kind and ex-date, and the ex-dates that are known, as `updateActions` does. */
export function mergeActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  { covered, ...answer }: ActionsAnswer,
  note?: Note,
): Promise<void> {
  const told = { ...answer, wouldList: { from: covered.from, to: covered.from }, isOwnList: false };
  const heard = (before: ActionBook): ActionBook => ({
    ...hearActions(before, told),
    covered: union(before.covered, [covered]),
  });
  return updateActions(fs, root, ticker, heard, note);
}

/**
 * Removes the actions with ex-dates in a range, also those that are in force no more, and that these are known; a file
 * that keeps nothing goes. Gives the number of actions in force that were removed. A damaged file goes to quarantine, and
 * `store-corrupt` is thrown.
 */
export async function forgetActionsIn(
  fs: CommitFs,
  root: string,
  ticker: string,
  range: DayRange,
): Promise<number> {
  let removed = 0;
  await updateActions(fs, root, ticker, (before) => {
    const { kept, gone } = cutBook(before, range);
    removed = gone.entries.length;
    return kept;
  });
  return removed;
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
  const goes = (exDay: number): boolean => contains([range], exDay);
  return {
    kept: part((exDay) => !goes(exDay), subtract(book.covered, normalize([range]))),
    gone: part(goes, intersect(book.covered, [range])),
  };
}

/** Whether two books say the same; covered days are joined in both. */
function isSame(a: ActionBook, b: ActionBook): boolean {
  if (subtract(b.covered, a.covered).length > 0 || subtract(a.covered, b.covered).length > 0) return false;
  const text = ({ entries, past, doubts }: ActionBook): string => JSON.stringify([entries, past, doubts]);
  return text(a) === text(b);
}

async function writeActions(
  fs: CommitFs,
  root: string,
  ticker: string,
  book: ActionBook,
  note?: Note,
): Promise<void> {
  const path = actionsPath(ticker);
  const digest = digestOfActions(book);
  const metadata = encodeBook(ticker, book, digest);
  const check: Check = async (written) => {
    const footer = await readActionsFooter(written);
    if (footer.metadata !== metadata) throw new BackfillError('store-corrupt', 'its knowledge is another');
    const entries = await decodeActions(written);
    assertDigest(digest, () => digestOfActions({ ...book, entries }));
  };
  const stamp = await commitFile(fs, root, path, encodeActions(book.entries, metadata), check);
  if (stamp) note?.({ path, stamp, ...actionsSaid(book.covered) });
}
