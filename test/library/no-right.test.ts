import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertStoreExists } from '../../src/library/existing-store.ts';
import { openHistory } from '../../src/library/open-history.ts';

// A store of somebody else, or below a folder of theirs.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-no-right-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'theirs/data/bars'), { recursive: true });
});
afterEach(async () => {
  await chmod(join(folder, 'theirs'), 0o700);
  await rm(folder, { recursive: true });
});

/** Does something without the rights of root, if we have them. */
async function asAnybody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a store that we have no right to read', () => {
  it.each([
    ['itself', 'theirs/data'],
    ['below a folder', 'theirs'],
  ])('is said to be that, not to be none: %s', async (_, closed) => {
    const store = join(folder, 'theirs/data');
    const history = openHistory({ store, stateFolder: join(folder, 'state') });
    await chmod(join(folder, closed), 0o000);
    try {
      await asAnybody(async () => {
        await expect(assertStoreExists(store)).resolves.toBeUndefined();
        for (const read of [() => history.coverage(), () => history.issues(), () => history.doctor()])
          await expect(read()).rejects.toMatchObject({
            code: 'store-unusable',
            message: expect.stringMatching(
              /^the store .*theirs\/data cannot be used: permission denied; give the user who runs this the right to it/,
            ),
          });
      });
    } finally {
      await chmod(join(folder, closed), 0o700);
      await history.close();
    }
  });
});
