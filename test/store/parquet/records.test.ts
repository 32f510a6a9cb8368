import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { actionsPath } from '../../../src/store/parquet/layout.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { NOON, temporaryFolder } from '../fixtures.ts';

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
});
afterEach(() => remove());

describe('a universe', () => {
  beforeEach(() => mkdir(join(root, 'universes')));

  it.each([
    ['a list', ['AAPL', '^GSPC']],
    ['an object with a list', { tickers: ['AAPL', '^GSPC'], asOf: '2026-01-02' }],
  ])('is a JSON file with %s of tickers', async (_, content) => {
    await writeFile(join(root, 'universes/mine.json'), JSON.stringify(content));
    expect(await store.readUniverse('mine')).toEqual(['AAPL', '^GSPC']);
  });

  it.each(['{"tickers":[1]}', '[', 'null', '"AAPL"'])('is refused if it holds %s', async (content) => {
    await writeFile(join(root, 'universes/mine.json'), content);
    await expect(store.readUniverse('mine')).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(store.readUniverse('mine')).rejects.toThrow('universes/mine.json');
  });

  it('is never read from outside the store', async () => {
    await writeFile(join(root, 'secret.json'), '["AAPL"]');
    expect(await store.readUniverse('../secret')).toBeUndefined();
  });
});

it('a run record is a JSON file under its id', async () => {
  const id = await store.saveRun(NOON, { fetched: 503 });
  expect(JSON.parse(await readFile(join(root, `runs/${id}.json`), 'utf8'))).toEqual({ fetched: 503 });
});

describe('corporate actions', () => {
  const split = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
  const path = (): string => join(root, actionsPath('AAPL'));

  it('that say nothing new are not written again', async () => {
    await store.upsertActions('AAPL', [split], 'sample', NOON);
    const { ino } = await stat(path());
    await store.upsertActions('AAPL', [split], 'other', NOON + 1);
    expect((await stat(path())).ino).toBe(ino);
    await store.upsertActions('AAPL', [{ ...split, ratio: 5 }], 'other', NOON + 1);
    expect((await stat(path())).ino).not.toBe(ino);
  });

  it('in a damaged file are an error to the reader and set aside by the writer', async () => {
    await store.upsertActions('AAPL', [split], 'sample', NOON);
    await writeFile(path(), 'damaged');
    await expect(store.readActions('AAPL')).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await store.upsertActions('AAPL', [split], 'sample', NOON);
    expect(await store.readActions('AAPL')).toEqual([split]);
    const aside = `${actionsPath('AAPL')}.`;
    expect((await readQuarantine()).some((name) => name.startsWith(aside))).toBe(true);
  });
});

async function readQuarantine(): Promise<string[]> {
  return readdir(join(root, 'quarantine'), { recursive: true });
}
