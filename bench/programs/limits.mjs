// The least that each part of a run must cost, measured inside a process: parse, encode, write, metadata, walk.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { encode, readColumns } from './columns.mjs';
import { barFiles, measured } from './inner.mjs';

const [what, ...args] = process.argv.slice(2);

const LIMITS = {
  /** `JSON.parse` of every body that is served. */
  parse: async ([url, query, tickerFile]) => {
    const bodies = [];
    for (const ticker of readFileSync(tickerFile, 'utf8').split('\n').filter(Boolean)) {
      const symbol = encodeURIComponent(ticker.replace('.', '-'));
      const response = await fetch(`${url}/v8/finance/chart/${symbol}?${query}`);
      bodies.push(await response.text());
    }
    await twice(bodies, (body) => void JSON.parse(body));
  },
  /** Every file of bars of a store from columns in memory, by hyparquet-writer; `plain`: without dictionaries. */
  encode: async ([store, how]) => {
    const files = [];
    for (const path of barFiles(store)) files.push(await readColumns(path));
    await twice(files, (columns) => void encode(columns, { plain: how === 'plain' }));
  },
  /** DuckDB writes the rows of a store again, a folder a ticker. */
  write: async ([store]) => {
    const folder = mkdtempSync(join(tmpdir(), 'backfill-bench-duckdb-'));
    await withDuckDb(async (connection) => {
      await connection.run(
        `CREATE TABLE bars AS FROM read_parquet('${store}/bars/**/*.parquet', hive_partitioning = true)`,
      );
      const into = `'${folder}/out' (FORMAT parquet, PARTITION_BY (ticker))`;
      await measured(() => connection.run(`COPY bars TO ${into}`));
    });
    rmSync(folder, { recursive: true });
  },
  /** DuckDB reads the footers of a store's files of bars. */
  metadata: ([store]) =>
    withDuckDb(async (connection) => {
      const scan = `SELECT sum(num_rows) FROM parquet_file_metadata('${store}/bars/**/*.parquet')`;
      await measured(() => connection.runAndReadAll(scan));
    }),
  /** Every folder of a store read, every file's size and times asked for. */
  walk: ([store]) =>
    measured(() => {
      for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) statSync(join(entry.parentPath, entry.name), { bigint: true });
      }
    }),
};

/** A first time to warm up on the fiftieth part. */
async function twice(items, run) {
  for (const item of items.slice(0, Math.ceil(items.length / 50))) run(item);
  await measured(() => items.forEach(run));
}

async function withDuckDb(use) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await use(connection);
  connection.closeSync();
  instance.closeSync();
}

await LIMITS[what](args);
