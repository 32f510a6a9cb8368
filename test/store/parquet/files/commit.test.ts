import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFile } from '../../../../src/store/parquet/files/commit.ts';
import type { CommitFs } from '../../../../src/store/parquet/files/commit-fs.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { beginEmpty, noting, root } from './noted-folder.ts';

beginEmpty();

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

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
