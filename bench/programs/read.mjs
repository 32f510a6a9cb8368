// DuckDB reads all bars of a store by one glob, again and again, warm. Prints the mean of one time as JSON.
//
// usage: read.mjs STORE
import { DuckDBInstance } from '@duckdb/node-api';

const [store] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const sql = `SELECT count(*)::DOUBLE, sum(close), sum(volume), max(ts) FROM read_parquet('${store}/bars/**/*.parquet')`;
const read = async () => (await connection.runAndReadAll(sql)).getRowsJS()[0][0];

await read();
const [started, cpu] = [performance.now(), process.cpuUsage()];
let [times, rows] = [0, 0];
for (; times < 3 || performance.now() - started < 1000; times++) rows = await read();
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    wallMs: (performance.now() - started) / times,
    cpuMs: (user + system) / 1000 / times,
    rows,
  }),
);
connection.closeSync();
instance.closeSync();
