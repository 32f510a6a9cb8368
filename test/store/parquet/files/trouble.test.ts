import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storedRowsOf } from '../../../../src/core/bars/bar-builder.ts';
import { asUnusable } from '../../../../src/store/parquet/files/trouble.ts';
import type { CommitFs } from '../../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { AAPL, coverage, daily, days, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';
import { tellActions } from '../../told-actions.ts';
import { beginEmpty, noting, root } from './noted-folder.ts';

beginEmpty();

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
    // Before it goes, it is noted durably that it was taken away.
    expect(steps.indexOf('syncdir damaged')).toBeLessThan(
      steps.findIndex((step) => step.startsWith('remove')),
    );
    expect(steps.filter((step) => / (bars|actions)\//.test(step))).toEqual([
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

  it('says that the whole of it is gone where that is why a file is', async () => {
    const gone = join(root, 'gone');
    const error = Object.assign(new Error('ENOENT: open'), {
      code: 'ENOENT',
      syscall: 'open',
      path: join(gone, 'bars'),
    });
    expect(asUnusable(gone, error)).toMatchObject({
      code: 'store-unusable',
      scope: 'run',
      message: `the store ${gone} went away while it was in use (its folder is gone): bring it back to where it was, or mount its disk again`,
    });
    const itself = (syscall: string): unknown =>
      asUnusable(
        gone,
        Object.assign(new Error(`ENOENT: ${syscall}`), { code: 'ENOENT', syscall, path: gone }),
      );
    expect(itself('open')).toMatchObject({ message: expect.stringContaining('went away') });
    expect(itself('mkdir')).not.toMatchObject({ message: expect.stringContaining('went away') });

    const below = Object.assign(error, { path: join(root, 'bars') });
    expect(asUnusable(root, below)).toMatchObject({
      scope: 'run',
      message: expect.stringContaining('went away while it was in use (another folder lies in its place)'),
    });
    await writeFile(join(root, 'backfill.json'), '{}');
    expect(asUnusable(root, below)).not.toMatchObject({ message: expect.stringContaining('went away') });
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
