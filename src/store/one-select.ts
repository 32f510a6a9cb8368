import type { DuckDBConnection } from '@duckdb/node-api';
import { BackfillError } from '../core/errors.ts';
import { parsedJson } from './duckdb-json.ts';
import { asUsage } from './sql-error.ts';

/**
 * Table functions that a query may call: none reads or writes a file, or runs a text as SQL. Others do where one would
 * not think so: `enable_logging` and `enable_profiling` write to the path that they are given.
 */
const OPEN_FUNCTIONS: ReadonlySet<string> = new Set([
  ...[
    'adjusted_bars',
    'range',
    'generate_series',
    'unnest',
    'repeat',
    'repeat_row',
    'json_each',
    'json_tree',
  ],
  ...['histogram', 'histogram_values', 'summary', 'query_table', 'pg_timezone_names', 'icu_calendar_names'],
  ...['duckdb_columns', 'duckdb_functions', 'duckdb_keywords', 'duckdb_settings', 'duckdb_types'],
  ...['duckdb_views', 'pragma_show', 'pragma_table_info', 'pragma_version'],
]);

/** `EXPLAIN`, `EXPLAIN ANALYZE` or `EXPLAIN (FORMAT json)`, and what it explains. */
const EXPLAIN = /^explain\b\s*(analyze\b|\(\s*(?:analyze|format)\b[\w\s,]*\))?([^]*)$/i;

const LEADING_COMMENTS = /^(?:\s|--.*(?:\n|$)|\/\*[^]*?\*\/)+/;

/** One SELECT, as it was understood. */
export interface Statement {
  /** What may be run. */
  readonly sql: string;
  /** Without the `EXPLAIN` before it. */
  readonly select: string;
  /** As DuckDB parsed it. */
  readonly tree: unknown;
}

/**
 * The statement of a text that is one SELECT (or FROM, WITH, VALUES, TABLE, DESCRIBE, SUMMARIZE, SHOW, or EXPLAIN of one),
 * as it may be run. Throws `usage` for all else: whatever writes, attaches, sets or calls, several statements, and table
 * functions that reach beyond the database. It is parsed for that, and neither bound nor run, which may do harm already.
 */
export async function oneSelect(connection: DuckDBConnection, sql: string): Promise<Statement> {
  const text = sql.replace(LEADING_COMMENTS, '');
  const [, how = '', explained] = EXPLAIN.exec(text) ?? [];
  const select = explained ?? sql;
  const statements = await parsed(connection, select);
  if (statements === undefined) throw await notSelect(connection, text, explained);
  if (statements.length === 0) throw new BackfillError('usage', 'the query is empty; write a SELECT');
  if (statements.length > 1) throw several(statements.length);
  for (const name of tableFunctionsIn(statements)) assertOpen(name);
  // What was understood, so that nothing else is run.
  return { sql: explained === undefined ? sql : `EXPLAIN ${how} ${select}`, select, tree: statements };
}

/** The parse trees of statements that are all SELECTs; undefined if one is not. Throws `usage` for what does not parse. */
async function parsed(connection: DuckDBConnection, sql: string): Promise<readonly unknown[] | undefined> {
  // DuckDB would end the text there.
  if (sql.includes('\0')) throw new BackfillError('usage', 'the query has a NUL character in it');
  const reader = await asUsage(connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]));
  const tree = parsedJson(String(reader.getRows()[0]?.[0])) as Record<string, unknown>;
  if (tree['error'] !== true) return tree['statements'] as readonly unknown[];
  if (tree['error_type'] !== 'parser') return undefined;
  throw new BackfillError('usage', `Parser Error: ${String(tree['error_message'])}`);
}

/** Why statements that are not all SELECTs are refused. Throws `usage` for what DuckDB has to say against them. */
async function notSelect(
  connection: DuckDBConnection,
  text: string,
  explained: string | undefined,
): Promise<BackfillError> {
  const { count } = await asUsage(connection.extractStatements(explained ?? text));
  const kind = /^\w*/.exec(text)?.[0].toUpperCase() ?? '';
  if (/\bpivot\b/i.test(text))
    return new BackfillError(
      'usage',
      "a PIVOT has to name its values: PIVOT ... ON ticker IN ('AAPL', 'MSFT')",
    );
  if (count > 1) return several(count);
  return new BackfillError(
    'usage',
    `the query is a statement of kind ${kind}; only SELECT is run, nothing is written`,
  );
}

function several(count: number): BackfillError {
  return new BackfillError('usage', `the query has ${count} statements; write one SELECT`);
}

/** Names of the table functions in a parse tree, wherever they are called. */
function* tableFunctionsIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node && node.type === 'TABLE_FUNCTION' && 'function' in node)
    yield String((node.function as Record<string, unknown>)['function_name']);
  for (const part of Object.values(node)) yield* tableFunctionsIn(part);
}

function assertOpen(name: string): void {
  if (OPEN_FUNCTIONS.has(name.toLowerCase())) return;
  throw new BackfillError(
    'usage',
    `a query reads the store and nothing else: ${name}() is not open to it; ` +
      'for other files write the views with --write-sql FILE and use them in DuckDB',
  );
}
