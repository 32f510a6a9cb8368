import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Draft } from '../../../../src/store/parquet/files/draft.ts';
import { beginEmpty, noting, root } from './noted-folder.ts';

beginEmpty();

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('what is written in parts is read back part by part, synced before it is renamed, and its folders after', async () => {
  const steps: string[] = [];
  const draft = new Draft(noting(steps), root, 'a/b/bars.parquet');
  await draft.append(bytes('one '));
  await draft.append(bytes('two'));
  await draft.commit();
  expect(steps).toEqual([
    'mkdir a/b',
    'create a/b/.bars.tmp',
    'write a/b/.bars.tmp',
    'read a/b/.bars.tmp',
    'write a/b/.bars.tmp',
    'read a/b/.bars.tmp',
    'fsync a/b/.bars.tmp',
    'close a/b/.bars.tmp',
    'rename a/b/.bars.tmp',
    'syncdir a/b',
    'syncdir a',
    'syncdir .',
  ]);
  expect(await readFile(join(root, 'a/b/bars.parquet'), 'utf8')).toBe('one two');
});

it.each(['write', 'read', 'fsync', 'rename'])(
  'leaves the old file and no other where %s fails and it is discarded',
  async (broken) => {
    await mkdir(join(root, 'a'));
    await writeFile(join(root, 'a/f'), 'old');
    const draft = new Draft(noting([], broken), root, 'a/f');
    const written = draft.append(bytes('new')).then(() => draft.commit());
    await expect(written).rejects.toThrow(`EIO: ${broken}`);
    await draft.discard();
    expect(await readFile(join(root, 'a/f'), 'utf8')).toBe('old');
    expect(await readdir(join(root, 'a'))).toEqual(['f']);
  },
);
