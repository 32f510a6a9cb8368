import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedRowsOf } from '../../../../src/core/bars/bar-builder.ts';
import { commitFile } from '../../../../src/store/parquet/files/commit.ts';
import { TEMP_NAME } from '../../../../src/store/parquet/files/layout.ts';
import { asUnusable } from '../../../../src/store/parquet/files/trouble.ts';
import type { CommitFs } from '../../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { AAPL, coverage, daily, days, NO_DAYS, temporaryFolder, update } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';
import { rowsIn } from '../../rows.ts';
import { tellActions } from '../../told-actions.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
afterEach(() => remove());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const noting = (steps: string[], broken?: string): CommitFs => notingDisk(root, steps, broken);

describe('commitFile', () => {
  it('writes, checks and syncs a temp file before it renames it, and syncs the folders after', async () => {
    const steps: string[] = [];
    const check = async (): Promise<void> => void steps.push('check');
    await commitFile(noting(steps), root, 'a/b/bars.parquet', bytes('new'), { check });
    expect(steps).toEqual([
      'mkdir a/b',
      'create a/b/.bars.tmp',
      'write a/b/.bars.tmp',
      'read a/b/.bars.tmp',
      'check',
      'fsync a/b/.bars.tmp',
      'close a/b/.bars.tmp',
      'rename a/b/.bars.tmp',
      'syncdir a/b',
      'syncdir a',
      'syncdir .',
    ]);
    expect(await readFile(join(root, 'a/b/bars.parquet'), 'utf8')).toBe('new');
  });

  it('makes a root that it creates durable too', async () => {
    const steps: string[] = [];
    await commitFile(noting(steps), join(root, 'x/y'), 'a/f', bytes('new'));
    expect(steps.filter((step) => step.startsWith('syncdir'))).toEqual(
      ['x/y/a', 'x/y', 'x', '.'].map((path) => `syncdir ${path}`),
    );
  });

  it.each(['create', 'write', 'read', 'fsync', 'rename'])(
    'leaves the old file and no temp when %s fails, and does not try again',
    async (broken) => {
      await mkdir(join(root, 'a'));
      await writeFile(join(root, 'a/f'), 'old');
      const steps: string[] = [];
      const commit = commitFile(noting(steps, broken), root, 'a/f', bytes('new'), { check: async () => {} });
      await expect(commit).rejects.toThrow(`EIO: ${broken}`);
      expect(steps.filter((step) => step.startsWith(`${broken} `))).toHaveLength(1);
      expect(await readFile(join(root, 'a/f'), 'utf8')).toBe('old');
      expect(await readdir(join(root, 'a'))).toEqual(['f']);
    },
  );

  it('says that it failed when only the folder could not be synced', async () => {
    await expect(commitFile(noting([], 'syncdir'), root, 'f', bytes('new'))).rejects.toThrow('EIO: syncdir');
  });

  it('puts nothing in place that its check refuses', async () => {
    const refuse = async (): Promise<void> => {
      throw new Error('not what was written');
    };
    await expect(commitFile(DISK, root, 'f', bytes('new'), { check: refuse })).rejects.toThrow(
      'not what was written',
    );
    expect(await readdir(root)).toEqual([]);
  });

  it('gives the check what is in the file', async () => {
    let read = '';
    await commitFile(DISK, root, 'f', bytes('content'), {
      check: async (file) => {
        read = new TextDecoder().decode(await file.slice(3, file.byteLength));
      },
    });
    expect(read).toBe('tent');
  });

  it('passes over the temp file of a dead process that had the same id', async () => {
    const taken: string[] = [];
    const fs: CommitFs = {
      ...DISK,
      async create(path) {
        if (taken.length < 2) await writeFile(path, 'left behind');
        taken.push(path);
        return DISK.create(path);
      },
    };
    await commitFile(fs, root, 'f', bytes('new'));
    expect(taken).toHaveLength(3);
    expect(await readFile(join(root, 'f'), 'utf8')).toBe('new');
  });
});

describe('the store', () => {
  it('turns what the disk says into one store-unusable line', async () => {
    const store = openParquetStore(root, noting([], 'fsync'));
    await expect(store.upsert(update([daily('2026-02-27')]))).rejects.toMatchObject({
      code: 'store-unusable',
    });
    await expect(store.upsert(update([daily('2026-02-27')]))).rejects.toThrow(
      `the store ${root} cannot be used: EIO: fsync`,
    );
    expect((await store.scan()).series.size).toBe(0);
  });

  it.each([
    ['a full disk', 'ENOSPC', 'write', undefined, 'run'],
    ['a full disk below a ticker', 'ENOSPC', 'open', 'bars/interval=1d/ticker=A/period=all/.bars.tmp', 'run'],
    ['a quota', 'EDQUOT', 'mkdir', 'bars/interval=1d/ticker=A', 'run'],
    ['a failing disk', 'EIO', 'read', undefined, 'run'],
    ['a read-only file system', 'EROFS', 'open', 'bars/interval=1d/ticker=A/period=all/.bars.tmp', 'run'],
    ['a root that may not be written', 'EACCES', 'mkdir', 'bars', 'run'],
    ['an interval that may not be written', 'EACCES', 'mkdir', 'bars/interval=1d/ticker=A', 'run'],
    ['renames that may not be read', 'EACCES', 'open', 'renames.json', 'run'],
    ['a ticker that may not be written', 'EACCES', 'mkdir', 'bars/interval=1d/ticker=A/period=all', 'series'],
    [
      'a file that may not be read',
      'EACCES',
      'open',
      'bars/interval=1d/ticker=A/period=all/bars.parquet',
      'series',
    ],
    ['a file in place of a folder', 'ENOTDIR', 'open', 'actions/ticker=A/actions.parquet', 'series'],
    ['a name that is too long', 'ENAMETOOLONG', 'open', 'actions/ticker=A/actions.parquet', 'series'],
  ])('knows whose trouble it is: %s', (_, code, syscall, path, scope) => {
    const said = { code, syscall, ...(path !== undefined && { path: join(root, path) }) };
    const error = asUnusable(root, Object.assign(new Error(`${code}: ${syscall}`), said));
    expect(error).toMatchObject({ code: 'store-unusable', scope });
  });

  it('refuses a commit whose file does not read back as it was written', async () => {
    const lossy: CommitFs = {
      ...DISK,
      async create(path) {
        const file = await DISK.create(path);
        // A disk that keeps the bytes of the version before.
        return { ...file, write: async (content) => file.write(stale ?? (stale = content)) };
      },
    };
    let stale: Uint8Array | undefined;
    const store = openParquetStore(root, lossy);
    const first = update([daily('2026-02-26')], {
      learned: coverage({ present: [days('2026-02-26', '2026-02-27')] }),
    });
    await store.upsert(first);
    await expect(store.upsert(update([daily('2026-02-27')]))).rejects.toThrow('does not read back');
    expect(await rowsIn(store, AAPL)).toEqual(storedRowsOf(first.bars));
  });

  it('makes rejected rows durable, and the name of their file after them', async () => {
    const steps: string[] = [];
    const store = openParquetStore(root, noting(steps));
    await store.quarantine(AAPL, [{ row: { ts: 0 }, reason: 'because' }], 'sample', 0);
    const folder = 'quarantine/rows/interval=1d/ticker=AAPL';
    expect(steps.slice(-6)).toEqual([
      ...['create', 'write', 'read', 'fsync', 'close'].map(
        (step) => `${step} ${folder}/19700101T000000Z-1.json`,
      ),
      `syncdir ${folder}`,
    ]);
  });

  it.each(['write', 'read', 'fsync', 'syncdir'])(
    'does not say that it kept rejected rows after a failed %s',
    async (broken) => {
      const kept = openParquetStore(root, noting([], broken)).quarantine(AAPL, [], 'sample', 0);
      await expect(kept).rejects.toMatchObject({ code: 'store-unusable' });
    },
  );

  it('makes the removal of a file that holds nothing any more durable', async () => {
    await openParquetStore(root).upsert(update([daily('2026-02-27')]));
    await tellActions(openParquetStore(root), 'AAPL', [], days('2020-01-02', '2021-01-01'), 'sample', 0);
    const steps: string[] = [];
    const store = openParquetStore(root, noting(steps));
    await store.forget(AAPL);
    await store.forgetActions('AAPL');
    expect(steps).toEqual([
      'remove bars/interval=1d/ticker=AAPL/period=all/bars.parquet',
      'syncdir bars/interval=1d/ticker=AAPL/period=all',
      'remove actions/ticker=AAPL/actions.parquet',
      'syncdir actions/ticker=AAPL',
    ]);
  });

  it.each([
    ['a file', 'file'],
    ['below a file', 'file/data'],
  ])('says in one line that its path is %s', async (_, path) => {
    await writeFile(join(root, 'file'), '');
    const store = openParquetStore(join(root, path));
    const attempts = [
      () => store.acquire(),
      () => store.scan(),
      () => store.upsert(update([daily('2026-02-27')])),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'store-unusable' });
      await expect(attempt()).rejects.toThrow(
        /^the store .* cannot be used: [^\n]*file, not a folder[^\n]*$/,
      );
    }
  });

  it('says in one line that it may not write', async () => {
    await mkdir(join(root, 'locked'), { mode: 0o500 });
    const isRoot = process.geteuid?.() === 0;
    // No permission binds root: for once be nobody.
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(openParquetStore(join(root, 'locked/data')).acquire()).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('writes nothing to the disk before the first write, and acquire creates the folder', async () => {
    const store = openParquetStore(join(root, 'data'));
    await store.scan();
    expect(await readdir(root)).toEqual([]);
    await (await store.acquire()).release();
    expect(await readdir(join(root, 'data'))).toEqual(['.lock']);
  });
});

describe('acquire', () => {
  it('sweeps the temp files of dead writers and nothing else', async () => {
    const store = openParquetStore(root);
    await store.upsert(update([daily('2026-02-27')]));
    await tellActions(store, 'AAPL', [{ kind: 'split', exDay: 18_505, ratio: 4 }], NO_DAYS, 'sample', 0);
    await store.upsert(update([daily('2026-02-27')], { series: { ticker: 'AAPL', interval: '1m' } }));
    await store.saveRun(0, {});
    for (const close of [101, 102]) {
      const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
      await store.upsert(update([daily('2026-02-27', { close })], { learned }));
    }
    const folders = [
      '.',
      'revisions/interval=1d/ticker=AAPL/period=all',
      'bars/interval=1d/ticker=AAPL/period=all',
      'bars/interval=1m/ticker=AAPL/period=2026-02',
      'actions/ticker=AAPL',
      'runs',
    ];
    const before = await readdir(root, { recursive: true });
    const swept = folders.map((folder) => join(folder, '.bars.17-0-3.tmp'));
    const kept = folders.flatMap((folder) => [join(folder, 'mine.tmp'), join(folder, '.bars.old.tmp')]);
    // The folder of a series that never got its first commit.
    await mkdir(join(root, 'bars/interval=1d/ticker=NEW/period=all'), { recursive: true });
    swept.push('bars/interval=1d/ticker=NEW/period=all/.bars.17-4-0.tmp');
    for (const path of [...swept, ...kept]) await writeFile(join(root, path), '');
    await (await store.acquire()).release();
    const after = await readdir(root, { recursive: true });
    const added = after.filter((path) => !before.includes(path) && !path.includes('ticker=NEW'));
    expect(added.toSorted()).toEqual(['.lock', ...kept].toSorted());
    expect(after.filter((path) => swept.includes(path))).toEqual([]);
  });

  it('sweeps after a holder that did not let go in good order, and only then', async () => {
    const store = openParquetStore(root);
    const litter = '.bars.17-0-3.tmp';
    const isLeft = async (): Promise<boolean> => (await readdir(root)).includes(litter);
    await (await store.acquire()).release();
    await writeFile(join(root, litter), '');
    const orderly = await store.acquire();
    expect(await isLeft()).toBe(true);
    const words = await readFile(join(root, '.lock'), 'utf8');
    orderly.noteTrouble();
    await orderly.release();
    await (await store.acquire()).release();
    expect(await isLeft()).toBe(false);
    await writeFile(join(root, litter), '');
    await writeFile(join(root, '.lock'), words);
    await store.examine({ now: 0, fix: true });
    await writeFile(join(root, litter), '');
    await (await store.acquire()).release();
    expect(await isLeft()).toBe(false);
  });

  it('gives temp files names that no glob for data matches', () => {
    expect('.bars.123-0-7.tmp').toMatch(TEMP_NAME);
    expect('.20261120T211500Z-3f9a.123-0-7.tmp').toMatch(TEMP_NAME);
    for (const name of ['bars.parquet', '.lock', 'bars.123-0-7.tmp', '.bars.parquet'])
      expect(name).not.toMatch(TEMP_NAME);
  });
});
