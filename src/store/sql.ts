import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Asked, askedOf } from './asked.ts';
import { type Statement, oneSelect } from './one-select.ts';
import { asUsage } from './sql-error.ts';
import { namedApart, withNames } from './sql-names.ts';
import { asPattern } from './sql-path.ts';
import { asSqlValues, plain, type SqlValue } from './sql-values.ts';

export type { SqlValue } from './sql-values.ts';

/** The rows of one SELECT, as they come. */
export interface SqlRows {
  /** No two alike: where the SELECT has two of one name the later one is named as DuckDB names it in a table (`a_1`). */
  readonly columns: readonly string[];
  /** Whether a column is of numbers. */
  readonly numeric: readonly boolean[];
  /** Rows in blocks. Throws `usage` for what DuckDB says while it runs. */
  readonly blocks: () => AsyncIterable<readonly (readonly SqlValue[])[]>;
}

const SETTINGS = {
  threads: '2',
  memory_limit: '1GB',
  // Nothing is fetched from the network behind the user's back, and nothing loaded that lies about.
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

/** What has to be there before a query: views, and the files that they read. */
export interface Prepared {
  /** Statements. */
  readonly sql: string;
  /** An expression of DuckDB for the list of files that a query may read, which `sql` prepares. */
  readonly files: string;
  /** How a statement is looked at before it is run. Default: not at all. */
  readonly before?: {
    /** Statements after which it is planned. */
    readonly outline: string;
    /** Is told what is asked for; gives statements after which it is run. */
    readonly refine: (asked: Asked) => Promise<string>;
  };
}

/**
 * Runs one SELECT (see `oneSelect`) in a database in memory that has been prepared, and gives its rows to `use`. It reads
 * the prepared files and nothing else of the machine, and writes nothing: what it may be is looked at, and DuckDB itself
 * is closed to other files. Throws `usage` with DuckDB's own words, in one line, or with the
 * names that there are. Needs the system's default reaction to
 * SIGINT: to end the process from JavaScript while a query runs would abort it.
 */
export async function withSelect<T>(
  { sql: setup, files, before }: Prepared,
  sql: string,
  use: (rows: SqlRows) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const database: DuckDBInstance = await Instance.create(':memory:', {
    ...SETTINGS,
    // Open to a query, as DuckDB has it: a folder of its own, which is made only for what does not fit into memory.
    temp_directory: join(tmpdir(), `backfill-query-${randomUUID()}`),
  });
  const connection = await database.connect();
  try {
    await asUsage(connection.run(setup));
    await close(connection, files);
    const statement = await oneSelect(connection, sql);
    const rows = await prepared(connection, statement, before).catch(async (error: unknown) => {
      throw await withNames(connection, error, statement.tree);
    });
    return await use(rows);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

async function prepared(
  connection: DuckDBConnection,
  statement: Statement,
  before: Prepared['before'],
): Promise<SqlRows> {
  if (before !== undefined) {
    await connection.run(before.outline);
    await asUsage(connection.run(await before.refine(askedOf(connection, statement))));
  }
  return select(connection, statement.sql);
}

/** Of some Parquet files those that DuckDB cannot read, and its words for why. Reads all of them. */
export async function unreadableBySql(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const database = await Instance.create(':memory:', SETTINGS);
  const connection = await database.connect();
  const reasons = new Map<string, string>();
  try {
    for (const path of paths) {
      const literal = `'${asPattern(path).replaceAll("'", "''")}'`;
      try {
        await asUsage(connection.run(`SELECT bit_xor(hash(r)) FROM read_parquet(${literal}) AS r`));
      } catch (error) {
        reasons.set(path, (error as Error).message);
      }
    }
  } finally {
    connection.closeSync();
    database.closeSync();
  }
  return reasons;
}

/** Closes a database to all files but some, for good. In this order: once it is closed no path can be opened any more. */
async function close(connection: DuckDBConnection, files: string): Promise<void> {
  await connection.run(`SET VARIABLE open_files = ${files}`);
  await connection.run("SET allowed_paths = getvariable('open_files')");
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function select(connection: DuckDBConnection, sql: string): Promise<SqlRows> {
  const { DuckDBTypeId } = await import('@duckdb/node-api');
  const result = await asUsage(connection.stream(sql));
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
  const converted = await asSqlValues();
  // Asked for before anybody is given rows, so that what fails at once fails before they have begun.
  const first = await asUsage(result.fetchChunk());
  const columns = namedApart(result.columnNames());
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
          .convertRows(converted)
          .map((row) => row.map((value, i) => plain(value as SqlValue, numeric[i] === true)));
      }
    },
  };
}
