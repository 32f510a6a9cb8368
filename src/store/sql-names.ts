import type { DuckDBConnection } from '@duckdb/node-api';
import { didYouMean } from '../core/closest.ts';
import { BackfillError } from '../core/errors.ts';
import { quoted } from '../core/quoted.ts';

/** DuckDB's words for a column or table that there is not, and for what it has instead. */
const NO_COLUMN = /Referenced column "(.+?)" not found|does not have a column named "(.+?)"/;
const NO_TABLE = /Table with name (.+?) does not exist/;
/** Its words for a file in the place of a table, which it would read if files were open to a query. */
const NO_FILE = /^Permission Error: Cannot access file "(.+)" - file system operations are disabled/;
const CANDIDATES = /Candidate bindings: (.*)$/;

/**
 * What is thrown for a SELECT in which a column or table has a name that there is not: what it may have meant, and all
 * that there are, of which DuckDB names a few. Any other value as it is.
 */
export async function withNames(
  connection: DuckDBConnection,
  error: unknown,
  tree: unknown,
): Promise<unknown> {
  if (!(error instanceof BackfillError) || error.code !== 'usage') return error;
  const { message } = error;
  const file = NO_FILE.exec(message)?.[1];
  // `query_table` takes it as a text.
  const isAsked = file !== undefined && (isNamed(tree, file.toLowerCase()) || hasText(tree, file));
  if (file !== undefined && !isAsked) return new BackfillError('usage', anotherStore(file), { cause: error });
  const table = NO_TABLE.exec(message)?.[1] ?? file;
  const [, bare, qualified] = NO_COLUMN.exec(message) ?? [];
  const column = bare ?? qualified;
  if (table === undefined && column === undefined) return error;
  const views = await columnsOfViews(connection);
  const text =
    column === undefined
      ? `there is no table ${quoted(table ?? '')}${meant(table ?? '', views.keys())} There are ${[...views.keys()].join(', ')}`
      : noColumn(column, candidatesIn(message), new Map([...views].filter(([name]) => isNamed(tree, name))));
  return new BackfillError('usage', text, { cause: error });
}

/**
 * The names of columns, no two alike, whatever their case: a later one of a name is `name_1`, `name_2` …, as DuckDB has it
 * in a table or a subquery. A row by names has every value then.
 */
export function namedApart(names: readonly string[]): string[] {
  const later = new Map<string, number>();
  return names.map((name) => {
    const key = name.toLowerCase();
    let number = later.get(key);
    if (number === undefined) {
      later.set(key, 1);
      return name;
    }
    let apart: string;
    do apart = `${name}_${number++}`;
    while (later.has(apart.toLowerCase()));
    later.set(key, number).set(apart.toLowerCase(), 1);
    return apart;
  });
}

/** What is said where DuckDB makes a copy of a read, for which it takes the names of its files for patterns. */
function anotherStore(file: string): string {
  return `DuckDB takes the path of the store for a pattern, and means ${file}: leave NOT MATERIALIZED out of the query`;
}

function noColumn(
  column: string,
  candidates: readonly string[],
  views: ReadonlyMap<string, readonly string[]>,
): string {
  const has = [...views].map(([name, columns]) => `${name} has ${columns.join(', ')}`);
  const columns = new Set([...views.values()].flat());
  const own = candidates.filter((name) => !columns.has(name));
  if (own.length > 0) has.push(`the query itself has ${own.join(', ')}`);
  const near = meant(column, [...own, ...columns]);
  return `there is no column ${quoted(column)}${near} ${has.join('; ')}`.trimEnd();
}

/** `; did you mean close?`, or the end of a sentence. */
function meant(word: string, names: Iterable<string>): string {
  const near = didYouMean(word, names);
  return near === '' ? '.' : near;
}

/** What DuckDB offers, which may be a column of the query itself. */
function candidatesIn(message: string): string[] {
  const [, list = ''] = CANDIDATES.exec(message) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
}

async function columnsOfViews(connection: DuckDBConnection): Promise<Map<string, string[]>> {
  const reader = await connection.runAndReadAll(
    'SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index',
  );
  const views = new Map<string, string[]>();
  for (const [view, column] of reader.getRows().map((row) => row.map(String)))
    views.set(view ?? '', [...(views.get(view ?? '') ?? []), column ?? '']);
  return views;
}

/** Macros that have the columns of a view. */
const VIEW_OF: Readonly<Record<string, string>> = { adjusted_bars: 'bars_adjusted' };

/** Whether a statement reads a view of this name. */
function isNamed(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { table_name: table, function_name: macro } = node as Record<string, unknown>;
  if (String(table).toLowerCase() === name || VIEW_OF[String(macro).toLowerCase()] === name) return true;
  return Object.values(node).some((part) => isNamed(part, name));
}

/** Whether a statement has this text. */
function hasText(node: unknown, text: string): boolean {
  if (typeof node !== 'object' || node === null) return node === text;
  return Object.values(node).some((part) => hasText(part, text));
}
