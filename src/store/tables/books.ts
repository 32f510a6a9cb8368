import { type ActionBook, type ActionEntry, EMPTY_BOOK } from '../../core/actions/action-book.ts';
import type { CorporateAction } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { parseDay } from '../../core/session/day.ts';
import { NO_SEAL } from '../parquet/codec/byte-seal.ts';
import { digestOfActions } from '../parquet/codec/digest.ts';
import { joinRuns } from '../parquet/partition/knowledge.ts';
import { statedActionsDigest, trustedBook } from '../parquet/beside/actions-knowledge.ts';
import { isSameBook } from '../parquet/beside/actions.ts';
import { Conflict } from '../parquet/files/blobs.ts';

/** What is known of a ticker's corporate actions. */
export interface ReadBook {
  readonly book: ActionBook;
  /** Another one after every change; undefined where there is nothing. */
  readonly version: string | undefined;
  /** Why what is known besides those in force is not believed, where it is not. */
  readonly doubt?: string;
}

/** Where nothing is known. */
export const NO_BOOK: ReadBook = { book: EMPTY_BOOK, version: undefined };

/** Ex-date, kind, value, currency, source, and when it was fetched (ms). */
export type EntryRow = readonly [string, string, number, string | null, string, number];

/** A book by what is known of it, and the actions in force that lie beside that. */
export function bookOf(ticker: string, version: string, known: string, rows: readonly EntryRow[]): ReadBook {
  const entries = rows.map(entryOf);
  const { doubt, ...rest } = wordOf(ticker, known, entries);
  return { book: { ...rest, entries }, version, ...(doubt !== undefined && { doubt }) };
}

function wordOf(
  ticker: string,
  known: string,
  entries: readonly ActionEntry[],
): ReturnType<typeof trustedBook> {
  const footer = { rows: entries.length, metadata: known, seal: NO_SEAL } as Parameters<
    typeof trustedBook
  >[1];
  try {
    const word = trustedBook(ticker, footer);
    if (word.doubt !== undefined) return word;
    const stated = statedActionsDigest(ticker, footer);
    if (stated === digestOfActions({ ...word, entries })) return word;
  } catch {
    // Another ticker's.
  }
  return {
    past: [],
    doubts: [],
    covered: [],
    doubt: 'its splits and dividends are not those that were written',
  };
}

function entryOf([exDate, kind, value, currency, source, fetchedAt]: EntryRow): ActionEntry {
  const exDay = parseDay(exDate);
  const action: CorporateAction =
    kind === 'split'
      ? { kind, exDay, ratio: value }
      : { kind: 'dividend', exDay, amount: value, ...(currency !== null && { currency }) };
  return { action, source, fetchedAt };
}

/** What a book becomes. */
export interface BookWrite {
  readonly ticker: string;
  readonly book: ActionBook;
  /** As in `ReadBook`, and what it was. */
  readonly before: ReadBook;
}

/** What `change` makes of a book; undefined where that is the same. */
export function changedBook(
  ticker: string,
  before: ReadBook,
  change: (before: ActionBook) => ActionBook,
): BookWrite | undefined {
  const made = change(before.book);
  const book = { ...made, covered: joinRuns(made.covered, calendarFor(ticker)) };
  return isSameBook(before.book, book) ? undefined : { ticker, book, before };
}

/** Whether nothing is known any more. */
export function isEmptyBook({ entries, past, doubts, covered }: ActionBook): boolean {
  return [entries, past, doubts, covered].every(({ length }) => length === 0);
}

/** The corporate actions of a ticker are not as they were when they were read. */
export function disturbedBook(ticker: string): Conflict {
  return new Conflict(`the splits and dividends of ${ticker} were written by somebody else at the same time`);
}
