import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistory } from '../../../src/library/open-history.ts';
import { NO_SEAL } from '../../../src/store/parquet/codec/byte-seal.ts';
import { bytesAsFile } from '../../../src/store/parquet/codec/bytes-at.ts';
import { readFooter } from '../../../src/store/parquet/codec/decode.ts';
import { digestOf } from '../../../src/store/parquet/codec/digest.ts';
import { examineBars } from '../../../src/store/parquet/doctor/examine-bars.ts';
import { barsPath, type Partition } from '../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { decodeRows } from '../../../src/store/parquet/partition/opened.ts';
import { readState } from '../../../src/store/parquet/partition/partition-file.ts';
import { Readings } from '../../../src/store/parquet/partition/said.ts';
import type { SeriesUpdate } from '../../../src/store/store.ts';
import { LONG_RUNS } from '../../needs.ts';
import { AAPL, AAPL_5M, absence, coverage, days, temporaryFolder, update } from '../fixtures.ts';
import {
  type Change,
  NYSE,
  SESSIONS,
  wandering,
  daily,
  learnedOf,
  withByte,
  everyByte,
  someBytes,
  orCode,
} from './changed-bytes.ts';
import { query } from './duckdb-session.ts';

/** Five years, with what a top-up adds. */
const DAYS = daily(1201);
const FIVE_MINUTES = [0, 1].flatMap((n) => {
  const { open } = NYSE.session(SESSIONS[n] as number);
  return Array.from({ length: 78 }, (_, i) => open + i * 300_000);
});
/** What is stored of a series, answer by answer, and the file that it makes. */
interface Shape {
  readonly name: string;
  readonly partition: Partition;
  readonly updates: readonly SeriesUpdate[];
}

const DAILY: Partition = { series: AAPL, period: 'all' };
const SHAPES: readonly Shape[] = [
  { name: 'three bars', partition: DAILY, updates: [update(daily(3), { learned: learnedOf(3) })] },
  {
    name: 'five years, and a day more',
    partition: DAILY,
    updates: [
      update(DAYS.slice(0, 1200), { learned: learnedOf(1200) }),
      update(DAYS.slice(1190), { learned: learnedOf(1201) }),
    ],
  },
  {
    name: 'two days of five minutes',
    partition: { series: AAPL_5M, period: '2015' },
    updates: [update(wandering('5m', FIVE_MINUTES), { series: AAPL_5M, learned: learnedOf(2) })],
  },
  {
    name: 'nothing but absent sessions',
    partition: DAILY,
    updates: [update([], { learned: coverage({ absent: [absence(days('2015-01-02', '2020-01-03'))] }) })],
  },
];

/** A place of a file and what stands there instead. */
function endOf(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  return file.length - 8 - view.getUint32(file.length - 8, true);
}

let root: string;
let remove: () => Promise<void>;
const files = new Map<string, Uint8Array>();
beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
  for (const { name, partition, updates } of SHAPES) {
    const folder = join(root, name);
    for (const one of updates) await openParquetStore(folder).upsert(one);
    files.set(name, await readFile(join(folder, barsPath(partition))));
  }
});
afterAll(() => remove());

async function rowsOf(partition: Partition, bytes: Uint8Array): Promise<string> {
  const file = bytesAsFile(bytes);
  const rows = decodeRows(partition, file, await readFooter(file));
  return digestOf((await rows).bars);
}

async function stateOf(partition: Partition, bytes: Uint8Array): Promise<string | { doubt: string }> {
  const { rows, knowledge, doubt } = await readState(partition, bytesAsFile(bytes), new Readings());
  return doubt === undefined ? JSON.stringify({ rows, knowledge }) : { doubt };
}

/** What is not found, and by whom. */
async function unnoticed(
  { partition }: Shape,
  file: Uint8Array,
  changes: readonly Change[],
): Promise<object[]> {
  const rows = await rowsOf(partition, file);
  const state = await stateOf(partition, file);
  const end = endOf(file);
  const missed: object[] = [];
  for (const change of changes) {
    const other = withByte(file, change);
    const { findings } = await examineBars(partition, bytesAsFile(other), []);
    if (findings.length === 0) missed.push({ by: 'the doctor', ...change });
    const read = await orCode(rowsOf(partition, other));
    if (read !== 'store-corrupt' && (change.at < end || read !== rows))
      missed.push({ by: 'a reader', ...change });
    if (change.at < end) continue;
    const seen = await orCode(stateOf(partition, other));
    // With another name of who wrote it all is as it was: only the doctor minds.
    const isRewritten = findings.every(({ kind }) => kind === 'rewritten') && seen === state;
    if (typeof seen === 'string' && seen !== 'store-corrupt' && !isRewritten)
      missed.push({ by: 'a scan', ...change });
  }
  return missed;
}

describe('a byte of a file of bars that is another', () => {
  it.each(SHAPES)('is found wherever it is: $name', { timeout: 900_000 }, async (shape) => {
    const file = files.get(shape.name) as Uint8Array;
    expect(await unnoticed(shape, file, [])).toEqual([]);
    expect((await examineBars(shape.partition, bytesAsFile(file), [])).findings).toEqual([]);
    const some = someBytes(file, LONG_RUNS ? 5000 : 60, shape.name);
    const inEnd = someBytes(file.subarray(endOf(file)), LONG_RUNS ? 2000 : 60, `${shape.name} end`);
    const changes = [...some, ...inEnd.map(({ at, value }) => ({ at: at + endOf(file), value }))];
    expect(await unnoticed(shape, file, changes)).toEqual([]);
  });

  it('is found in every place of a small one', { timeout: 120_000 }, async () => {
    const [shape] = SHAPES as [Shape];
    const file = files.get(shape.name) as Uint8Array;
    for (const seed of LONG_RUNS ? ['1', '2', '3', '4', '5', '6', '7', '8'] : ['1'])
      expect(await unnoticed(shape, file, everyByte(file, 0, file.length, seed))).toEqual([]);
  });
});

describe('a byte of the header of a page that is another, in a file without digests of its bytes', () => {
  it.each(SHAPES)('is damage by the footer alone: $name', async ({ name, partition }) => {
    const file = files.get(name) as Uint8Array;
    const footer = await readFooter(bytesAsFile(file));
    const unsealed = { ...footer, parsed: { ...footer.parsed, seal: NO_SEAL } };
    const headers = footer.parsed.row_groups.flatMap(({ columns }) =>
      columns.flatMap(({ meta_data: chunk }) => headersOf(file, chunk)),
    );
    const missed: Change[] = [];
    for (const [from, to] of headers)
      for (const change of everyByte(file, from, to, `${name} ${from}`)) {
        const read = decodeRows(partition, bytesAsFile(withByte(file, change)), unsealed);
        if ((await orCode(read)) !== 'store-corrupt') missed.push(change);
      }
    expect(missed).toEqual([]);
  });
});

/** Where the headers of the pages of a chunk lie. */
function headersOf(file: Uint8Array, chunk: ColumnMetaData | undefined): [from: number, to: number][] {
  const headers: [number, number][] = [];
  if (chunk === undefined) return headers;
  const begin = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const reader = { view: new DataView(file.buffer, file.byteOffset), offset: begin };
  while (reader.offset < begin + Number(chunk.total_compressed_size)) {
    const from = reader.offset;
    const { compressed_page_size } = parquetHeader(reader);
    headers.push([from, reader.offset]);
    reader.offset += compressed_page_size;
  }
  return headers;
}

describe('a byte of the header of a page by which DuckDB refuses the file', () => {
  it('is named by the doctor and left out of a query by name, and mended it is as it was', async () => {
    const [, { partition }] = SHAPES as [Shape, Shape];
    const store = join(root, 'refused');
    await openParquetStore(store).upsert(update(DAYS.slice(0, 1200), { learned: learnedOf(1200) }));
    const path = join(store, barsPath(partition));
    const file = await readFile(path);
    const select = `SELECT count(*)::INT AS rows, sum(close) AS sum FROM read_parquet('${path}')`;
    const [sound] = await query(select);
    const { parsed } = await readFooter(bytesAsFile(file));
    const close = parsed.row_groups[0]?.columns[4]?.meta_data;
    const begin = close?.dictionary_page_offset ?? close?.data_page_offset;
    // The last byte of how large the page is when it is not compressed, a number that we have no use for.
    let at = Number(begin) + 3;
    while ((file[at] as number) >= 0x80) at++;
    await writeFile(path, withByte(file, { at, value: 0 }));
    await expect(query(select)).rejects.toThrow(/[Pp]age|size/);

    const history = openHistory({ store });
    expect((await history.doctor()).damages).toMatchObject([
      { path: barsPath(partition), kind: 'changed-bytes' },
    ]);
    const left = await history.query('SELECT * FROM bars', async (_, leftOut) => leftOut);
    expect(left.map(({ path: out }) => out)).toEqual([barsPath(partition)]);
    await history.doctor({ fix: true });
    expect((await history.doctor()).damages).toEqual([]);
    expect(await query(select)).toEqual([sound]);
  });
});
