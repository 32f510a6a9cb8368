import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { lookUntilStill } from '../../../../src/store/parquet/doctor/look.ts';
import { temporaryFolder } from '../../fixtures.ts';

const FILE = 'file';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  await writeFile(join(root, FILE), 'as it was');
});
afterEach(() => remove());

describe('a file that is replaced while it is looked at', () => {
  /** Looks that see damage as long as another version comes in between, `times` times. */
  const looks = async (times: number): Promise<{ seen: number; isDamaged: boolean }> => {
    let seen = 0;
    const isDamaged = await lookUntilStill(
      openFolder(root),
      FILE,
      async () => {
        if (seen++ >= times) return false;
        await writeFile(join(root, 'new'), 'x');
        await rename(join(root, 'new'), join(root, FILE));
        return true;
      },
      (result) => result,
    );
    return { seen, isDamaged };
  };

  it('is looked at again, and judged by what it is then', async () => {
    expect(await looks(2)).toEqual({ seen: 3, isDamaged: false });
  });

  it('is judged in the end', async () => {
    expect(await looks(99)).toEqual({ seen: 5, isDamaged: true });
  });

  it('is looked at once if it only stays damaged', async () => {
    let seen = 0;
    const look = async (): Promise<boolean> => ++seen > 0;
    expect(await lookUntilStill(openFolder(root), FILE, look, (result) => result)).toBe(true);
    expect(seen).toBe(1);
  });
});
