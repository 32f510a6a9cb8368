import { DuckDBInstance } from '@duckdb/node-api';

/** The rows that a DuckDB of its own answers, once it has run a script. */
export async function inDuckDB(script: string, question: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(script);
  const rows = (await connection.runAndReadAll(question)).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}
