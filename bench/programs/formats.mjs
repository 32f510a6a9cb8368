// Encodes or decodes one file of bars again and again, warm, by one library. Prints the mean of one time as JSON, and
// how many bytes the library makes of it.
//
// usage: formats.mjs FILE hyparquet|duckdb|FOLDER-OF-PARQUETJS encode|decode
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata } from 'hyparquet';
import { decode, encode, readColumns } from './columns.mjs';

const [path, library, operation] = process.argv.slice(2);

const WARM_UPS = 10;
/** At least so often, and for so long. */
const TIMES = 10;
const FOR_MS = 700;

const folder = mkdtempSync(join(tmpdir(), 'backfill-bench-formats-'));
const file = join(folder, 'bars.parquet');
const { once, bytes } = await open();

for (let i = 0; i < WARM_UPS; i++) await once();
const cpu = process.cpuUsage();
const started = performance.now();
let times = 0;
for (; times < TIMES || performance.now() - started < FOR_MS; times++) await once();
const wallMs = (performance.now() - started) / times;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 / times, bytes: bytes() }));
rmSync(folder, { recursive: true });

function open() {
  if (library === 'hyparquet') return hyparquet();
  return library === 'duckdb' ? duckdb() : parquetjs();
}

async function hyparquet() {
  const columns = await readColumns(path);
  const made = encode(columns);
  const metadata = parquetMetadata(made);
  return {
    once: operation === 'encode' ? () => encode(columns) : () => decode(made, metadata, () => {}),
    bytes: () => made.byteLength,
  };
}

/** From and to a file: it has no other way. Decoding gives values of JavaScript by column. */
async function duckdb() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE bars AS FROM read_parquet('${path}')`);
  const write = () => connection.run(`COPY bars TO '${file}' (FORMAT parquet)`);
  await write();
  const read = async () => (await connection.runAndReadAll(`FROM read_parquet('${file}')`)).getColumns();
  return { once: operation === 'encode' ? write : read, bytes: () => statSync(file).size };
}

/** Times are plain integers: it cannot read back the timestamps that it writes. Encoding writes a file. */
async function parquetjs() {
  const { ParquetReader, ParquetSchema, ParquetWriter } = createRequire(import.meta.url)(library);
  const columns = await readColumns(path);
  const fields = columns.map(({ name, element: { type, repetition_type: repetition } }) => [
    name,
    {
      type: type === 'BYTE_ARRAY' ? 'UTF8' : type,
      optional: repetition === 'OPTIONAL',
      compression: 'SNAPPY',
    },
  ]);
  const schema = new ParquetSchema(Object.fromEntries(fields));
  const plain = (value) => (typeof value === 'bigint' ? Number(value) : (value ?? undefined));
  const rows = columns[0].data.map((_, i) =>
    Object.fromEntries(columns.map(({ name, data }) => [name, plain(data[i])])),
  );
  const write = async () => {
    const writer = await ParquetWriter.openFile(schema, file);
    for (const row of rows) await writer.appendRow(row);
    await writer.close();
  };
  await write();
  const made = readFileSync(file);
  const read = async () => {
    const reader = await ParquetReader.openBuffer(made);
    const cursor = reader.getCursor();
    while ((await cursor.next()) !== null);
  };
  return { once: operation === 'encode' ? write : read, bytes: () => made.length };
}
