import { DuckDBInstance } from '@duckdb/node-api';

/** A database of DuckDB in memory, as a user has it. */
export interface Database extends AsyncDisposable {
  /** Rows of a query, as JSON has them. */
  rows(sql: string): Promise<unknown[][]>;
  /** Types of a query's columns, by their names. */
  types(sql: string): Promise<Record<string, string>>;
}

/** Opens an empty one and runs a script in it. */
export async function openDatabase(script = ''): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  if (script !== '') await connection.run(script);
  return {
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowsJson(),
    types: async (sql) => {
      const result = await connection.run(sql);
      return Object.fromEntries(
        result.columnNames().map((name, i) => [name, result.columnType(i).toString()]),
      );
    },
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
