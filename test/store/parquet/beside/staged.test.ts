import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { barsOf } from '../../../../src/core/bars/bar-builder.ts';
import { bucketOf } from '../../../../src/core/plan/slice.ts';
import { parseDay } from '../../../../src/core/session/day.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { StagedGroup, StagedSlice } from '../../../../src/store/staging.ts';
import { NOON, daily, stage, temporaryFolder } from '../../fixtures.ts';
import { alteringDisk, flipped } from '../altering-disk.ts';
import { notingDisk } from '../noting-disk.ts';

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

function group(ticker: string): StagedGroup {
  return { tickers: [ticker], counts: [1], bars: barsOf([daily('2026-02-23')]), said: {} };
}

async function staged() {
  const store = openParquetStore(folder.path);
  await stage(store.staging, SLICE, NOON, [group('MSFT')], [group('AAPL')]);
  return { store, file: join(folder.path, PATH) };
}

it('lies in a file that no glob of bars matches', async () => {
  await staged();
  expect(await readdir(folder.path, { recursive: true })).toEqual(['staging', PATH]);
});

it('names what is damaged, gives nothing of it, and moves it to quarantine', async () => {
  const { store, file } = await staged();
  expect(await store.staging.examine(SLICE)).toEqual({ is: 'whole' });
  const bytes = await readFile(file);
  // The place of the bucket in the piece that holds it: it was taken at its word once.
  bytes.writeUInt8(bytes.readUInt8(4 * (BUCKET + 1) + 3) ^ 16, 4 * (BUCKET + 1) + 3);
  for (const other of [bytes, bytes.subarray(0, -100), bytes.subarray(0, 0)]) {
    await writeFile(file, other);
    expect(await store.staging.examine(SLICE)).toMatchObject({ is: 'damaged', path: PATH });
    const read = store.staging.read(SLICE, BUCKET);
    await expect(read).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining(`${PATH} is damaged: `) as string,
    });
  }
  await store.staging.setAside([SLICE, { ...SLICE, fetchedAt: 1 }]);
  expect(await store.staging.list()).toEqual([]);
  expect(await store.listSetAside()).toEqual([expect.stringMatching(/^quarantine\/staging\/1d_2026-02-23_/)]);
});

it('of an earlier version is told from a damaged one', async () => {
  const { store, file } = await staged();
  await writeFile(file, 'as it was BFS3');
  expect(await store.staging.examine(SLICE)).toEqual({ is: 'earlier' });
  await expect(store.staging.read(SLICE, BUCKET)).rejects.toMatchObject({ code: 'store-corrupt' });
});

it('leaves nothing of an answer that was cut short, nor of one whose part does not read back', async () => {
  const cut = openParquetStore(folder.path).staging.put(SLICE, async ({ add }) => {
    await add([group('AAPL')]);
    expect(await readdir(join(folder.path, 'staging'))).toHaveLength(1);
    throw new Error('the connection broke');
  });
  await expect(cut).rejects.toThrow('the connection broke');
  expect(await readdir(join(folder.path, 'staging'))).toEqual([]);
  let writes = 0;
  const disk = alteringDisk(folder.path, (bytes) => (++writes === 2 ? flipped(bytes, -1) : undefined));
  const { staging } = openParquetStore(folder.path, disk);
  const failed = stage(staging, SLICE, NOON, [group('AAPL')], [group('MSFT')], [group('X')]);
  await expect(failed).rejects.toMatchObject({
    ...{ code: 'store-unusable', scope: 'run' },
    message: expect.stringContaining('does not read back as it was written') as string,
  });
  expect([writes, await readdir(join(folder.path, 'staging'))]).toEqual([2, []]);
});

it('is in its place once it is on the disk, and its name too', async () => {
  const steps: string[] = [];
  const { staging } = openParquetStore(folder.path, notingDisk(folder.path, steps));
  await stage(staging, SLICE, NOON, [group('AAPL')], [group('MSFT')]);
  const temp = 'staging/.1d_2026-02-23_sample-1_1772452800000.tmp';
  const written = [`write ${temp}`, `read ${temp}`];
  expect(steps.slice(steps.indexOf(`create ${temp}`) + 1)).toEqual([
    ...[...written, ...written, ...written],
    ...[`fsync ${temp}`, `close ${temp}`, `rename ${temp}`, 'syncdir staging', 'syncdir .'],
  ]);
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
  const temp = 'staging/.1d_2026-02-24_sample-1_1.99999999-0-1.tmp';
  await writeFile(join(folder.path, temp), 'half');
  const store = openParquetStore(folder.path);
  await (await store.acquire()).release();
  expect(await readdir(join(folder.path, 'staging'))).toEqual([PATH.slice('staging/'.length)]);
});
