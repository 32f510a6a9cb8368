import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kindAt } from '../../../../src/store/parquet/files/kind.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { temporaryFolder } from '../../fixtures.ts';

it('a folder that comes and goes meanwhile is never taken for a link', async () => {
  const { path, remove } = await temporaryFolder();
  const folder = join(path, 'comes-and-goes');
  const blobs = openFolder(path);
  const looking = { isOver: false };
  const comeAndGo = async (): Promise<void> => {
    while (!looking.isOver) {
      await mkdir(folder);
      await rmdir(folder);
    }
  };
  const coming = comeAndGo();
  const kinds = new Set<unknown>();
  for (let i = 0; i < 3000; i++) {
    kinds.add(await kindAt(folder));
    expect(await blobs.list('comes-and-goes')).toEqual([]);
  }
  looking.isOver = true;
  await coming;
  expect([...kinds].filter((kind) => kind !== undefined)).toEqual(['folder']);
  await remove();
});
