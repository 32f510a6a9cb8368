import type { ActionEntry } from '../../core/actions/action-book.ts';
import { actionValue } from '../../core/bars/bars.ts';
import { formatDay } from '../../core/session/day.ts';
import { encodeBook } from '../parquet/beside/actions-knowledge.ts';
import { digestOfActions } from '../parquet/codec/digest.ts';
import { currencyOf } from '../parquet/codec/encode.ts';
import {
  bookOf,
  type BookWrite,
  disturbedBook,
  type EntryRow,
  isEmptyBook,
  NO_BOOK,
  type ReadBook,
} from '../tables/books.ts';
import type { Row } from '../tables/row.ts';
import type { Client } from './client.ts';
import { stamp } from './parts.ts';

/** A column with a ticker's book as JSON; null where there is none. `ticker` is an expression. */
export const bookColumn = (ticker: string): string => `(SELECT json_build_object('version', k.version::text,
  'known', k.known::text, 'entries', coalesce((SELECT json_agg(json_build_array(a.ex_date, a.kind, a.value, a.currency, a.source,
  (extract(epoch FROM a.fetched_at) * 1000)::bigint) ORDER BY a.ex_date, a.kind) FROM actions AS a WHERE a.ticker = k.ticker), '[]'))
  FROM backfill_books AS k WHERE k.ticker = ${ticker})`;

/** The book in a column that `bookColumn` made. */
export function bookIn(ticker: string, value: unknown): ReadBook {
  if (value === null || value === undefined) return NO_BOOK;
  const { version, known, entries } = value as {
    version: string;
    known: string;
    entries: readonly EntryRow[];
  };
  return bookOf(ticker, version, known, entries);
}

/** Writes a book in place of the one that was read. Throws `Conflict` where there is another now. */
export async function putBook(client: Client, { ticker, book, before }: BookWrite): Promise<void> {
  const isEmpty = isEmptyBook(book);
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
  if ((await result).rowCount !== 1) throw disturbedBook(ticker);
}

export function bookRow(row: Row): { readonly ticker: string; readonly read: ReadBook } {
  const ticker = String(row['ticker']);
  return { ticker, read: bookIn(ticker, row['book']) };
}
