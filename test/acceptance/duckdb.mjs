// What the acceptance tests know of a store they know through DuckDB, as any other user: no code of the product.
import { DuckDBInstance } from '@duckdb/node-api';

/** Runs one query and gives its rows as plain objects. */
export async function query(sql) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Every bar of a store with the ticker that its path says. */
export const bars = (store) =>
  `read_parquet('${store}/bars/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)`;
