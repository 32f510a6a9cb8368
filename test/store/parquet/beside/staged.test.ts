import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { barsOf } from '../../../../src/core/bars/bar-builder.ts';
import { bucketOf } from '../../../../src/core/plan/slice.ts';
import { parseDay } from '../../../../src/core/session/day.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { StagedSlice } from '../../../../src/store/staging.ts';
import { NOON, daily, temporaryFolder } from '../../fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const SLICE: StagedSlice = {
  interval: '1d',
  session: parseDay('2026-02-23'),
  source: 'sample-1',
  fetchedAt: NOON,
};
const PATH = 'staging/1d_2026-02-23_sample-1_1772452800000.slice';
const BUCKET = bucketOf('AAPL');

async function staged() {
  const store = openParquetStore(folder.path);
  await store.staging.put(SLICE, NOON, [
    { tickers: ['AAPL'], counts: [1], bars: barsOf([daily('2026-02-23')]), said: {} },
  ]);
  return { store, file: join(folder.path, PATH) };
}

it('lies in a file that no glob of bars matches', async () => {
  await staged();
  expect(await readdir(folder.path, { recursive: true })).toEqual(['staging', PATH]);
});

it('is as good as not there where any byte of it is another, or lacks', async () => {
  const { store, file } = await staged();
  const bytes = await readFile(file);
  const read = async (): Promise<number | undefined> =>
    (await store.staging.read(SLICE, BUCKET))?.groups.length;
  expect(await read()).toBe(1);
  // Of the heads of the deflated buckets five bytes say nothing (time, level and system).
  const places = [0, 3, 4 * (BUCKET + 1), 4 * (BUCKET + 2)];
  const [start, end] = places.slice(2).map((at) => bytes.readUInt32LE(at)) as [number, number];
  for (let at = start + 10; at < end; at++) places.push(at);
  for (const at of places) {
    const other = Buffer.from(bytes);
    other[at] = (other[at] as number) ^ 0x11;
    await writeFile(file, other);
    expect(await read(), `byte ${at}`).toBeUndefined();
  }
  for (const length of [0, 3, 4 * BUCKET, start, end - 1]) {
    await writeFile(file, bytes.subarray(0, length));
    expect(await read(), `${length} bytes`).toBeUndefined();
  }
});

it('lists no other file', async () => {
  await mkdir(join(folder.path, 'staging'), { recursive: true });
  for (const name of [
    'x',
    '1d_2026-13-23_a_1.slice',
    '2d_2026-02-23_a_1.slice',
    '1d_2026-02-23_a_1.slice.bak',
  ])
    await writeFile(join(folder.path, 'staging', name), '');
  expect(await openParquetStore(folder.path).staging.list()).toEqual([]);
});

it('is swept of what a dead writer left half', async () => {
  await staged();
  const temp = 'staging/.1d_2026-02-24_sample-1_1.99999-0-1.tmp';
  await writeFile(join(folder.path, temp), 'half');
  const store = openParquetStore(folder.path);
  await (await store.acquire()).release();
  expect(await readdir(join(folder.path, 'staging'))).toEqual([PATH.slice('staging/'.length)]);
});
