import { type ActionBook, type ActionEntry, EMPTY_BOOK } from '../../core/actions/action-book.ts';
import { type CorporateAction, actionValue } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../core/session/day.ts';
import { NO_SEAL } from '../parquet/codec/byte-seal.ts';
import { digestOfActions } from '../parquet/codec/digest.ts';
import { currencyOf } from '../parquet/codec/encode.ts';
import { joinRuns } from '../parquet/partition/knowledge.ts';
import { encodeBook, statedActionsDigest, trustedBook } from '../parquet/beside/actions-knowledge.ts';
import { isSameBook } from '../parquet/beside/actions.ts';
import { Conflict } from '../parquet/files/blobs.ts';
import type { Client, Row } from './client.ts';
import { stamp } from './parts.ts';

/** What is known of a ticker's corporate actions. */
export interface ReadBook {
  readonly book: ActionBook;
  /** Another one after every change; undefined where there is nothing. */
  readonly version: string | undefined;
  /** Why what is known besides those in force is not believed, where it is not. */
  readonly doubt?: string;
}

const NO_BOOK: ReadBook = { book: EMPTY_BOOK, version: undefined };

/** A column with a ticker's book as JSON; null where there is none. `ticker` is an expression. */
export const bookColumn = (ticker: string): string => `(SELECT json_build_object('version', k.version::text,
  'known', k.known::text, 'entries', coalesce((SELECT json_agg(json_build_array(a.ex_date, a.kind, a.value, a.currency, a.source,
  (extract(epoch FROM a.fetched_at) * 1000)::bigint) ORDER BY a.ex_date, a.kind) FROM actions AS a WHERE a.ticker = k.ticker), '[]'))
  FROM backfill_books AS k WHERE k.ticker = ${ticker})`;

type EntryRow = readonly [string, string, number, string | null, string, number];

/** The book in a column that `bookColumn` made. */
export function bookIn(ticker: string, value: unknown): ReadBook {
  if (value === null || value === undefined) return NO_BOOK;
  const { version, known, entries } = value as {
    version: string;
    known: string;
    entries: readonly EntryRow[];
  };
  return bookOf(ticker, version, known, entries.map(entryOf));
}

function bookOf(ticker: string, version: string, known: string, entries: readonly ActionEntry[]): ReadBook {
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

/** Writes a book in place of the one that was read. Throws `Conflict` where there is another now. */
export async function putBook(client: Client, { ticker, book, before }: BookWrite): Promise<void> {
  const isEmpty = [book.entries, book.past, book.doubts, book.covered].every(({ length }) => length === 0);
  const known = encodeBook(ticker, book, digestOfActions(book));
  if (before.version === undefined) {
    if (isEmpty) return;
    await assertOne(
      ticker,
      client.query(
        `INSERT INTO backfill_books (ticker, version, known) VALUES ($1, nextval('backfill_versions'), $2) ON CONFLICT DO NOTHING`,
        [ticker, known],
      ),
    );
  } else if (isEmpty) {
    await assertOne(
      ticker,
      client.query('DELETE FROM backfill_books WHERE ticker = $1 AND version = $2', [ticker, before.version]),
    );
  } else {
    await assertOne(
      ticker,
      client.query(
        `UPDATE backfill_books SET version = nextval('backfill_versions'), known = $2 WHERE ticker = $1 AND version = $3`,
        [ticker, known, before.version],
      ),
    );
  }
  await putEntries(client, ticker, before.book.entries, book.entries);
}

async function putEntries(
  client: Client,
  ticker: string,
  before: readonly ActionEntry[],
  after: readonly ActionEntry[],
): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  await client.query('DELETE FROM actions WHERE ticker = $1', [ticker]);
  if (after.length === 0) return;
  await client.query(
    `INSERT INTO actions (ticker, ex_date, kind, value, currency, source, fetched_at)
     SELECT $1, * FROM unnest($2::date[], $3::text[], $4::float8[], $5::text[], $6::text[], $7::timestamp[])`,
    [
      ticker,
      after.map(({ action }) => formatDay(action.exDay)),
      after.map(({ action }) => action.kind),
      after.map(({ action }) => actionValue(action)),
      after.map(({ action }) => currencyOf(action) ?? null),
      after.map(({ source }) => source),
      after.map(({ fetchedAt }) => stamp(fetchedAt)),
    ],
  );
}

async function assertOne(ticker: string, result: Promise<{ rowCount: number | null }>): Promise<void> {
  if ((await result).rowCount !== 1)
    throw new Conflict(
      `the splits and dividends of ${ticker} were written by somebody else at the same time`,
    );
}

/** The books of some tickers, or of all, by ticker. */
export function bookRow(row: Row): { readonly ticker: string; readonly read: ReadBook } {
  const ticker = String(row['ticker']);
  return { ticker, read: bookIn(ticker, row['book']) };
}
