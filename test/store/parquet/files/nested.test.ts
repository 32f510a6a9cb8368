import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { NOON, temporaryFolder, update, WEEK } from '../../fixtures.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const at = (path: string): string => join(root, path);
const open = (path: string): ReturnType<typeof openParquetStore> => openParquetStore(at(path));

/** A store that somebody has written to under its lock. */
async function create(path: string): Promise<void> {
  const lease = await open(path).acquire();
  await lease.release();
}

it.each(['sub', 'ticker=AAPL', 'bars', 'bars/interval=1d/ticker=AAPL', 'a/b/c'])(
  'a store is not created at %s of another one',
  async (path) => {
    await create('outer');
    await expect(open(`outer/${path}`).acquire()).rejects.toMatchObject({
      code: 'usage',
      message: `the store ${at(`outer/${path}`)} would lie inside the store ${at('outer')}; give ${at('outer')} or a folder outside it with --store`,
    });
    expect((await open('outer').examine({ now: NOON })).damages).toEqual([]);
  },
);

it('nor in one that lost its lock on the way here', async () => {
  await open('outer').upsert(update(WEEK));
  await expect(open('outer/sub').acquire()).rejects.toMatchObject({ code: 'usage' });
});

it('but beside one, and in a folder that is none', async () => {
  await create('outer');
  await create('outer-2');
  await mkdir(at('other/bars'), { recursive: true });
  await writeFile(at('other/.lock'), '4711');
  await expect(create('other/sub')).resolves.toBeUndefined();
});

it('one that is there already is used, and named by the doctor of the outer one, who leaves it alone', async () => {
  await create('outer/sub');
  await open('outer/sub').upsert(update(WEEK));
  await create('outer');
  await create('outer/sub');
  const outer = open('outer');
  for (const fix of [false, true]) {
    const { damages } = await outer.examine({ fix, now: NOON });
    expect(damages).toMatchObject([
      { path: 'sub', kind: 'foreign-folder', what: 'a store of its own, inside this one', mended: false },
    ]);
  }
  expect((await open('outer/sub').scan()).series.size).toBe(1);
});
