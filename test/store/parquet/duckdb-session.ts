import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach } from 'vitest';
import { temporaryFolder } from '../fixtures.ts';

/** A session in a zone far from UTC must see the same dates. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'Pacific/Auckland'");
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The folder of a store, new for each test. */
export let root: string;

let remove: () => Promise<void>;

/** Has each test of a file begin with a folder of its own. */
export function beginEmpty(): void {
  beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
  afterEach(() => remove());
}
