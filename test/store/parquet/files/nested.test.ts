import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { coverage, NOON, temporaryFolder, update, WEEK, WEEK_DAYS } from '../../fixtures.ts';

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
      message: `the store ${at(`outer/${path}`)} would lie inside the store ${at('outer')}; give ${at('outer')} or a folder outside it as the store`,
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

it.each(['sub', 'bars', 'actions', 'runs', 'quarantine', 'damaged', 'bars/sub', 'actions/ticker=AAPL'])(
  'a store is not created around another one, at %s in it',
  async (path) => {
    await create(`outer/${path}`);
    const before = await readdir(root, { recursive: true });
    for (const write of [
      () => open('outer').acquire(),
      () => open('outer').examine({ fix: true, now: NOON }),
    ])
      await expect(write()).rejects.toMatchObject({
        code: 'usage',
        message: `the store ${at('outer')} would lie around the store ${at(`outer/${path}`)}; give ${at(`outer/${path}`)} or a folder beside it as the store`,
      });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  },
);

it('nor around one that lost its lock on the way here', async () => {
  await open('outer/bars').upsert(update(WEEK));
  await rm(at('outer/bars/.lock'), { force: true });
  await expect(open('outer').acquire()).rejects.toMatchObject({ code: 'usage' });
});

it('but around what others have, and a store that lost its lock is no stranger to what it moved away', async () => {
  await mkdir(at('outer/bars/of-others'), { recursive: true });
  await writeFile(at('outer/.lock'), '4711');
  await mkdir(at('outer/quarantine/bars/interval=1d'), { recursive: true });
  await mkdir(at('outer/damaged/bars/interval=1d'), { recursive: true });
  await expect(create('outer')).resolves.toBeUndefined();
});

/** A store with a week in another one, as it comes to lie there by hand. */
async function put(path: string): Promise<void> {
  await create('elsewhere');
  await open('elsewhere').upsert(update(WEEK));
  await mkdir(join(at(path), '..'), { recursive: true });
  await rename(at('elsewhere'), at(path));
}

it('one that is there already is used, and named by the doctor of the outer one, who leaves it alone', async () => {
  await create('outer');
  await put('outer/sub');
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

it('so is one deep in a folder that is none of the store', async () => {
  await create('outer');
  await put('outer/mine/old/lake');
  for (const fix of [false, true]) {
    const { damages } = await open('outer').examine({ fix, now: NOON });
    expect(damages).toMatchObject([
      { path: 'mine', what: 'a store of its own lies in it: old/lake', mended: false },
    ]);
  }
  expect((await open('outer/mine/old/lake').scan()).series.size).toBe(1);
});

it.each([
  'bars',
  'actions',
  'runs',
  'universes',
  'staging',
  'bars/interval=1d',
  'bars/interval=1d/ticker=AAPL',
])(
  'so is one whose folder is %s of the outer store, with what is there of both, also while it is written',
  async (path) => {
    await put(`outer/${path}`);
    await writeFile(at(`outer/${path}/renames.json`), 'none of a list');
    await writeFile(at('outer/.lock'), 'released\n');
    const inner = open(`outer/${path}`);
    const lease = await inner.acquire();
    const lock = await readFile(at(`outer/${path}/.lock`), 'utf8');
    await open('outer').upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    for (const fix of [false, true]) {
      const { damages, rows } = await open('outer').examine({ fix, now: NOON });
      expect([damages, rows]).toMatchObject([
        [{ path, what: 'a store of its own, inside this one', mended: false }],
        WEEK.length,
      ]);
      expect(damages[0]?.mend).toMatch(/^nothing; move its .*\.lock.* to a folder outside this one$/);
    }
    expect(await readFile(at(`outer/${path}/.lock`), 'utf8')).toBe(lock);
    expect((await inner.scan()).series.size).toBe(1);
    await expect(open(`outer/${path}`).acquire()).rejects.toMatchObject({ code: 'store-locked' });
    await lease.release();
  },
);
