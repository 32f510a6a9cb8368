import type { ActionEntry } from '../../core/actions/action-book.ts';
import { actionValue } from '../../core/bars/bars.ts';
import { fnv1a } from '../../core/fnv.ts';
import { grouped } from '../../core/grouped.ts';
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
import type { TickerBook } from '../tables/tables.ts';
import type { QuestServer } from './server.ts';
import { conditionsOf, double, long, newVersion, slotOf, symbol, time, varchar } from './sql.ts';
import { inTurn } from './turn.ts';
import { insertsOf, type Literals, type Writer } from './writer.ts';

const BOOKS = ['slot', 'ticker', 'version', 'known', 'entries', 'gone'];
const ACTIONS = [
  ...['slot', 'ticker', 'ex_date', 'kind', 'value', 'currency', 'source', 'fetched_at', 'gone'],
];

/** Default: of all tickers. */
export async function readBooks(server: QuestServer, tickers?: readonly string[]): Promise<TickerBook[]> {
  const books: TickerBook[] = [];
  for (const own of conditionsOf('ticker', tickers))
    for (const row of await server.read(
      `SELECT ticker, version, known, entries FROM '${server.names.books}' WHERE NOT gone AND ${own} ORDER BY ticker`,
    )) {
      const ticker = String(row['ticker']);
      const entries = entriesIn(row['entries']);
      books.push({ ticker, read: bookOf(ticker, String(row['version']), String(row['known']), entries) });
    }
  return books;
}

export async function readBook(server: QuestServer, ticker: string): Promise<ReadBook> {
  return (await readBooks(server, [ticker]))[0]?.read ?? NO_BOOK;
}

export async function bookVersions(
  server: QuestServer,
  tickers: readonly string[],
): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const own of conditionsOf('ticker', tickers))
    for (const { ticker, version } of await server.read(
      `SELECT ticker, version FROM '${server.names.books}' WHERE NOT gone AND ${own}`,
    ))
      versions.set(String(ticker), String(version));
  return versions;
}

/** What another hand made of them is none. */
function entriesIn(value: unknown): EntryRow[] {
  try {
    const entries: unknown = JSON.parse(String(value));
    return Array.isArray(entries) ? (entries as EntryRow[]) : [];
  } catch {
    return [];
  }
}

/**
 * Writes books in place of those that were read, in a turn of its own. A book is one row, with the actions in force in it; the
 * table of these is made of it, and before it. Throws `Conflict` where there is another now.
 */
export async function putBooks(
  server: QuestServer,
  writer: Writer,
  books: readonly BookWrite[],
): Promise<void> {
  for (const some of grouped(books, ({ ticker }) => turnOf(ticker)).values())
    await inTurn(server, turnOf((some[0] as BookWrite).ticker), async () => {
      const found = await bookVersions(
        server,
        some.map(({ ticker }) => ticker),
      );
      for (const { ticker, before } of some)
        if (found.get(ticker) !== before.version) throw disturbedBook(ticker);
      await writer.put([
        ...insertsOf(server.names.actions, ACTIONS, some.flatMap(actionRows)),
        ...insertsOf(server.names.books, BOOKS, some.filter(isAnything).map(bookRow)),
      ]);
    });
}

/** Books of few keys, so that those of many tickers are written in few turns. */
function turnOf(ticker: string): string {
  return `book ${fnv1a(ticker) % 4}`;
}

function isAnything({ book, before }: BookWrite): boolean {
  return before.version !== undefined || !isEmptyBook(book);
}

function bookRow({ ticker, book }: BookWrite): Literals {
  const entries = book.entries.map(({ action, source, fetchedAt }): EntryRow => {
    const { exDay, kind } = action;
    return [formatDay(exDay), kind, actionValue(action), currencyOf(action) ?? null, source, fetchedAt];
  });
  return [
    ...[slotOf(ticker), symbol(ticker), long(Number(newVersion()))],
    ...[varchar(encodeBook(ticker, book, digestOfActions(book))), varchar(JSON.stringify(entries))],
    String(isEmptyBook(book)),
  ];
}

const DAY_MS = 86_400_000;

function actionRows({ ticker, book, before }: BookWrite): Literals[] {
  if (JSON.stringify(before.book.entries) === JSON.stringify(book.entries)) return [];
  const keyOf = ({ action }: ActionEntry): string => `${action.exDay} ${action.kind}`;
  const kept = new Set(book.entries.map(keyOf));
  const row = ({ action, source, fetchedAt }: ActionEntry, gone: boolean): Literals => [
    ...[slotOf(ticker), symbol(ticker), time(action.exDay * DAY_MS), symbol(action.kind)],
    ...[double(actionValue(action)), symbolOrNull(currencyOf(action)), symbol(source), time(fetchedAt)],
    String(gone),
  ];
  return [
    ...before.book.entries.filter((entry) => !kept.has(keyOf(entry))).map((entry) => row(entry, true)),
    ...book.entries.map((entry) => row(entry, false)),
  ];
}

function symbolOrNull(value: string | null | undefined): string {
  return value === null || value === undefined ? 'cast(null as symbol)' : symbol(value);
}
