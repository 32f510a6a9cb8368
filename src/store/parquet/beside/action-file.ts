import type { AsyncBuffer } from 'hyparquet';
import { type ActionBook, EMPTY_BOOK } from '../../../core/actions/action-book.ts';
import type { CorporateAction } from '../../../core/bars/bars.ts';
import { calendarFor } from '../../../core/calendar/calendars.ts';
import { union } from '../../../core/session/ranges.ts';
import { statedActionsDigest, trustedBook } from './actions-knowledge.ts';
import { NO_SEAL } from '../codec/byte-seal.ts';
import { decodeActions, readActionsFooter } from '../codec/decode.ts';
import { digestOfActions } from '../codec/digest.ts';
import type { Blobs } from '../files/blobs.ts';
import { namingDamage } from '../partition/damage-notes.ts';
import { joinRuns } from '../partition/knowledge.ts';
import { actionsPath } from '../files/layout.ts';
import { assertDigest } from '../codec/own-entry.ts';
import type { Told } from '../partition/told.ts';

/** What a file of corporate actions holds. */
export interface BookFile {
  readonly book: ActionBook;
  /** The same for the same actions; undefined where there is no file, or where its word on itself does not count. */
  readonly edition: string | undefined;
}

export const NO_BOOK: BookFile = { book: EMPTY_BOOK, edition: undefined };

/** The edition of a file with such a digest: long enough to tell those of one ticker apart. */
export function editionOf(digest: string): string {
  return digest.slice(0, 16);
}

/**
 * Corporate actions of a ticker and what its file knows of them: what is in force lies in the rows, what was, in the
 * metadata. Throws `store-corrupt` if the file is damaged.
 */
export async function readBookFile(blobs: Blobs, ticker: string): Promise<BookFile> {
  const path = actionsPath(ticker);
  const file = await blobs.read(path);
  if (file === undefined) return NO_BOOK;
  return namingDamage(blobs, { path, ticker }, file, () => decodeBook(ticker, file));
}

/** Those in force, ascending by ex-date. Throws like `readBookFile`. */
export async function readActionsInForce(blobs: Blobs, ticker: string): Promise<CorporateAction[]> {
  return (await readBookFile(blobs, ticker)).book.entries.map(({ action }) => action);
}

/** The content of a file of corporate actions. Throws `store-corrupt` if its rows are not those that were written. */
export async function decodeBook(ticker: string, file: AsyncBuffer): Promise<BookFile> {
  const footer = await readActionsFooter(file);
  // What has a seal of its own is of rows that have its digest.
  const { doubt, ...known } = trustedBook(ticker, { ...footer, seal: NO_SEAL });
  const book = { ...known, entries: await decodeActions(file) };
  const digest = statedActionsDigest(ticker, footer);
  assertDigest(digest, () => digestOfActions(book));
  return { book, edition: digest === undefined || doubt !== undefined ? undefined : editionOf(digest) };
}

/** A book with the days that daily bars tell of, if they were told of just these actions. */
export function withTold({ book, edition }: BookFile, ticker: string, told: Told | undefined): ActionBook {
  if (told === undefined || told.of !== edition) return book;
  return { ...book, covered: joinRuns(union(book.covered, told.days), calendarFor(ticker)) };
}
