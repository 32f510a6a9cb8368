import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errno } from '../../../../src/store/parquet/files/absent.ts';
import type { BlobsLock } from '../../../../src/store/parquet/files/blobs.ts';
import { bytesOfText } from '../../../../src/store/parquet/files/blobs.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { beginEmpty, root } from './noted-folder.ts';

beginEmpty();

type Write = (blobs: ReturnType<typeof openFolder>) => Promise<unknown>;

/** Whatever changes what lies in a store. */
const WRITES: readonly (readonly [name: string, write: Write])[] = [
  ['a file that is put', (blobs) => blobs.put('a/f', bytesOfText('two'))],
  ['a file that is written part by part', (blobs) => blobs.putInParts('a/f', (add) => add(bytesOfText('x')))],
  ['a file that is added', (blobs) => blobs.add('a/rows', '.json', bytesOfText('two'))],
  ['what is moved', (blobs) => blobs.move('a/f', 'a/g')],
  ['what is removed', (blobs) => blobs.remove('a/f')],
  ['a folder that is removed', (blobs) => blobs.removeFolder('a')],
  ['a file of a store within', (blobs) => blobs.below('a').put('f', bytesOfText('two'))],
];

/** A folder that is locked, with a file in it. */
async function locked(): Promise<{ blobs: ReturnType<typeof openFolder>; lock: BlobsLock }> {
  const blobs = openFolder(root);
  const lock = await blobs.lock(true);
  await blobs.put('a/f', bytesOfText('one'));
  return { blobs, lock };
}

const content = async (): Promise<string[]> =>
  (await readdir(root, { recursive: true })).filter((name) => name !== '.lock').toSorted();

describe('once the lock file was taken away', () => {
  it.each(WRITES)('%s is refused, and nothing changes', async (_, write) => {
    const { blobs, lock } = await locked();
    const other = openFolder(root, undefined, undefined, lock.id);
    const before = await content();
    await rm(join(root, '.lock'));
    for (const writer of [blobs, other])
      await expect(write(writer)).rejects.toMatchObject({
        ...{ code: 'store-locked', scope: 'run' },
        message: `the lock file ${join(root, '.lock')} was taken away while this run held it; what was written is kept: leave that file where it is, and run again`,
      });
    expect(await content()).toEqual(before);
    await lock.free(true);
    await write(blobs);
  });

  it.each(WRITES)(
    '%s is refused where another file lies in its place, be it another holder',
    async (_, write) => {
      const { blobs, lock } = await locked();
      await rm(join(root, '.lock'));
      await writeFile(join(root, '.lock'), '');
      await expect(write(blobs)).rejects.toMatchObject({ code: 'store-locked' });
      const second = openFolder(root);
      const secondLock = await second.lock(true);
      await expect(write(blobs)).rejects.toMatchObject({ code: 'store-locked' });
      await lock.free(true);
      await write(second);
      await secondLock.free(true);
    },
  );
});

describe('once the store itself went away', () => {
  const away: readonly (readonly [how: string, why: string, become: () => Promise<unknown>])[] = [
    ['its folder was moved', 'its folder is gone', async () => {}],
    ['an empty folder lies there', 'another folder lies in its place', () => mkdir(root)],
  ];
  it.each(away)('nothing is written, nor made, where %s', async (_, why, become) => {
    const gone = `${root}-gone`;
    for (const [, write] of WRITES) {
      const { blobs, lock } = await locked();
      const other = openFolder(root, undefined, undefined, lock.id);
      await rename(root, gone);
      await become();
      const before = await readdir(root).catch(errno);
      for (const writer of [blobs, other])
        await expect(write(writer)).rejects.toMatchObject({
          ...{ code: 'store-unusable', scope: 'run' },
          message: `the store ${root} went away while this run wrote it (${why}): bring it back to where it was, or mount its disk again`,
        });
      expect(await readdir(root).catch(errno)).toEqual(before);
      await rm(root, { recursive: true, force: true });
      await rename(gone, root);
      await write(blobs);
      await lock.free(true);
      await rm(join(root, 'a'), { recursive: true, force: true });
    }
  });

  it('a disk that lies there instead is another one, whatever it holds', async () => {
    const { lock } = await locked();
    await rm(join(root, '.lock'));
    const [dev, ino] = lock.id.split('.');
    const other = openFolder(root, undefined, undefined, `${Number(dev) + 1}.${ino}`);
    await expect(other.put('b/f', bytesOfText('one'))).rejects.toThrow('another folder lies in its place');
    expect(await content()).toEqual(['a', 'a/f']);
  });
});

it('under a lock that lies where it was, whoever else failed to take it, everything is written', async () => {
  for (const [, write] of WRITES) {
    const { blobs, lock } = await locked();
    await expect(openFolder(root).lock(true)).rejects.toMatchObject({ code: 'store-locked' });
    await write(blobs);
    await blobs.put('a/f', bytesOfText('one'));
    await write(openFolder(root, undefined, undefined, lock.id));
    await lock.free(true);
    await rm(join(root, 'a'), { recursive: true, force: true });
  }
});
