import { tmpdir } from 'node:os';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { BackfillError } from '../core/errors.ts';

/** A value of a result: text, a number, a boolean, null, or nested JSON. 64-bit integers that JSON cannot hold are text. */
export type SqlValue = string | number | boolean | null | object;

/** The rows of one SELECT, as they come. */
export interface SqlRows {
  readonly columns: readonly string[];
  /** Whether a column is of numbers. */
  readonly numeric: readonly boolean[];
  /** Rows in blocks. Throws `usage` for what DuckDB says while it runs. */
  readonly blocks: () => AsyncIterable<readonly (readonly SqlValue[])[]>;
}

const SETTINGS = {
  threads: '2',
  memory_limit: '1GB',
  // Nothing is fetched from the network behind the user's back.
  autoinstall_known_extensions: 'false',
};

/**
 * Runs one SELECT (or FROM, WITH, DESCRIBE, SUMMARIZE, SHOW) in an empty database in memory that `setup` has prepared,
 * and gives its rows to `use`. Whatever writes, attaches or sets is refused. Throws `usage` with DuckDB's own words, in
 * one line. Needs the system's default reaction to SIGINT: to end the process from JavaScript while a query runs would
 * abort it.
 */
export async function withSelect<T>(
  setup: string,
  sql: string,
  use: (rows: SqlRows) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const database: DuckDBInstance = await Instance.create(':memory:', {
    ...SETTINGS,
    temp_directory: tmpdir(),
  });
  const connection = await database.connect();
  try {
    await asUsage(connection.run(setup));
    await connection.run('SET lock_configuration = true');
    return await use(await select(connection, sql));
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

async function select(connection: DuckDBConnection, sql: string): Promise<SqlRows> {
  const { StatementType, DuckDBTypeId, JsonDuckDBValueConverter } = await import('@duckdb/node-api');
  if (isEmpty(sql)) throw new BackfillError('usage', 'the query is empty; write a SELECT');
  const statements = await asUsage(connection.extractStatements(sql));
  if (statements.count !== 1)
    throw new BackfillError('usage', `the query has ${statements.count} statements; write one SELECT`);
  const statement = await asUsage(statements.prepare(0));
  if (statement.statementType !== StatementType.SELECT) {
    const kind = StatementType[statement.statementType] ?? 'other';
    throw new BackfillError(
      'usage',
      `the query is a statement of kind ${kind}; only SELECT is run, nothing is written`,
    );
  }
  const result = await asUsage(statement.stream());
  const numbers = new Set([
    DuckDBTypeId.TINYINT,
    DuckDBTypeId.SMALLINT,
    DuckDBTypeId.INTEGER,
    DuckDBTypeId.BIGINT,
    DuckDBTypeId.HUGEINT,
    DuckDBTypeId.UTINYINT,
    DuckDBTypeId.USMALLINT,
    DuckDBTypeId.UINTEGER,
    DuckDBTypeId.UBIGINT,
    DuckDBTypeId.UHUGEINT,
    DuckDBTypeId.FLOAT,
    DuckDBTypeId.DOUBLE,
    DuckDBTypeId.DECIMAL,
  ]);
  // Asked for before anybody is given rows, so that what fails at once fails before they have begun.
  const first = await asUsage(result.fetchChunk());
  const columns = result.columnNames();
  const numeric = columns.map((_, i) => numbers.has(result.columnTypeId(i)));
  return {
    columns,
    numeric,
    async *blocks() {
      for (
        let chunk = first;
        chunk !== null && chunk.rowCount > 0;
        chunk = await asUsage(result.fetchChunk())
      ) {
        yield chunk
          .convertRows(JsonDuckDBValueConverter)
          .map((row) => row.map((value, i) => plain(value as SqlValue, numeric[i] === true)));
      }
    },
  };
}

/** Whether there is nothing but comments, which DuckDB does not say. */
function isEmpty(sql: string): boolean {
  return /^[\s;]*$/.test(sql.replaceAll(/--.*|\/\*[^]*?\*\//g, ''));
}

/** Integers of 64 bits and decimals come as text. */
function plain(value: SqlValue, isNumber: boolean): SqlValue {
  if (!isNumber || typeof value !== 'string') return value;
  const number = Number(value);
  return Number.isInteger(number) && !Number.isSafeInteger(number)
    ? value
    : Number.isNaN(number)
      ? value
      : number;
}

async function asUsage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const [first = said] = said.replace(/^Failed to \w+ \w+: /, '').split(/\r?\n\r?\n|\r?\nLINE /);
    throw new BackfillError('usage', first.replaceAll(/\s*\r?\n\s*/g, ' '), { cause: error });
  }
}
