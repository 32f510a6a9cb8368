import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Blobs,
  bytesOfText,
  Conflict,
  readText,
  untilUndisturbed,
} from '../../../../src/store/parquet/files/blobs.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { AAPL, coverage, daily, days, temporaryFolder, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';

let root: string;
let remove: () => Promise<void>;
let blobs: Blobs;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  blobs = openFolder(root);
});
afterEach(() => remove());

const put = (text: string, ifVersion?: string | null): Promise<unknown> =>
  blobs.put('a/f', bytesOfText(text), { ifVersion });

describe('a file that is put', () => {
  it('takes the place of the version that is expected, and of no other', async () => {
    await put('one');
    const one = await blobs.version('a/f');
    await put('two', one);
    await expect(put('three', one)).rejects.toThrow(Conflict);
    await expect(put('three', null)).rejects.toThrow(Conflict);
    expect(await readText(blobs, 'a/f')).toBe('two');
    expect(await readdir(join(root, 'a'))).toEqual(['f']);
  });

  it('is new where nothing is expected, and takes no place where something is', async () => {
    await put('one', null);
    await blobs.remove('a/f');
    await expect(put('two', '1.2.3.4')).rejects.toThrow(Conflict);
    await put('two', null);
    await put('three');
    expect(await readText(blobs, 'a/f')).toBe('three');
  });
});

describe('a file that is added', () => {
  it('has the first free name, also against others at once', async () => {
    const paths = await Promise.all(
      ['x', 'y', 'z'].map((text) => blobs.add('q/rows', '.json', bytesOfText(text))),
    );
    expect(paths.toSorted()).toEqual(['q/rows-1.json', 'q/rows-2.json', 'q/rows-3.json']);
    expect(await blobs.listDeep('q')).toHaveLength(3);
  });
});

describe('what is moved', () => {
  it('lies elsewhere, in folders that need not be there', async () => {
    await put('one');
    await blobs.move('a/f', 'q/a/f');
    expect([await blobs.kind('a/f'), await readText(blobs, 'q/a/f')]).toEqual([undefined, 'one']);
    await blobs.move('a', 'q/b');
    expect(await blobs.list('q')).toEqual(['a', 'b']);
  });

  it('fails, and makes nothing, where there is nothing', async () => {
    await expect(blobs.move('a/f', 'a/g')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await blobs.listDeep('')).toEqual([]);
  });
});

it('below a folder there are the files of that folder', async () => {
  await blobs.below('a').put('f', bytesOfText('one'));
  expect(await readText(blobs, 'a/f')).toBe('one');
  expect(await blobs.below('a').listDeep('')).toEqual(['f']);
});

it('a version that may come to mean another content is not settled', async () => {
  await put('one');
  const looked = async (): Promise<unknown> => (await blobs.read('a/f'))?.isSettled;
  expect(await looked()).toBe(false);
  blobs = openFolder(root, DISK, BigInt(Date.now() + 60_000) * 1_000_000n);
  expect(await looked()).toBe(true);
  const opened = await blobs.open('a/f', async ({ version, isSettled }) => ({ version, isSettled }));
  expect(opened).toEqual({ version: await blobs.version('a/f'), isSettled: true });
});

describe('work that is disturbed', () => {
  it('is done again until it is not, and no longer than makes sense', async () => {
    const disturbed = (times: number) => async (attempt: number) => {
      if (attempt <= times) throw new Conflict('again');
      return attempt;
    };
    expect(await untilUndisturbed(disturbed(3))).toBe(4);
    await expect(untilUndisturbed(disturbed(99))).rejects.toMatchObject({
      code: 'store-unusable',
      scope: 'series',
    });
  });
});

it('a commit meets what somebody else committed after it had read, and keeps it', async () => {
  const learned = coverage({ present: [days('2026-02-23', '2026-02-24')] });
  await openParquetStore(root).upsert(update([daily('2026-02-23', { close: 100 })], { learned }));
  let others = 0;
  // The old value of a final bar is kept first: then the new one has been merged, and is not written yet.
  const disturbing = openParquetStore(root, {
    ...DISK,
    async create(path) {
      if (path.includes('.revisions.') && others++ === 0)
        await openParquetStore(root).upsert(update([daily('2026-02-24', { close: 7 })]));
      return DISK.create(path);
    },
  });
  const result = await disturbing.upsert(update([daily('2026-02-23', { close: 101 })], { learned }));
  expect(others).toBe(1);
  expect(result).toEqual({ inserted: 0, changed: 1, revised: 1, partitions: 1 });
  expect((await rowsIn(disturbing, AAPL)).map(({ close }) => close)).toEqual([101, 7]);
  expect(await disturbing.readRevisions(AAPL)).toHaveLength(1);
});

it('commits of many series are in flight together', async () => {
  const waiting: (() => void)[] = [];
  const store = openParquetStore(root, {
    ...DISK,
    // None gets on before all have come so far.
    async rename(from, to) {
      const all = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length === 5) for (const go of waiting) go();
      await all;
      return DISK.rename(from, to);
    },
  });
  const commits = await Promise.all(
    ['A', 'B', 'C', 'D', 'E'].map(async (ticker) => ({
      edit: await store.edit({ ticker, interval: '1d' }, days('2026-02-23', '2026-02-24')),
      change: { bars: update([daily('2026-02-23')]) },
    })),
  );
  const results = await store.commitAll(commits);
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'fulfilled'));
});

it('a folder in place of a file is said to be one', async () => {
  await writeFile(join(root, 'f'), 'x');
  expect([await blobs.kind('f'), await blobs.kind('.'), await blobs.kind('none')]).toEqual([
    'file',
    'folder',
    undefined,
  ]);
  expect(await readFile(join(root, 'f'), 'utf8')).toBe(await readText(blobs, 'f'));
});
