import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BackfillError } from '../../../core/errors.ts';
import { eachBounded } from '../../bounded.ts';
import type { Blobs } from './blobs.ts';
import { openFolder } from './folder.ts';

/** Files that are to be copied. */
interface Copied {
  readonly paths: readonly string[];
  /** Of all of them. */
  readonly bytes: number;
  /** Undefined for one that is gone. */
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
}

/**
 * Lets `use` have copies of files in a folder of their own among the temporary ones of this machine, which is removed behind
 * it. Throws `store-unusable` where there is no room.
 */
export async function withCopies<T>(
  { paths, bytes, read }: Copied,
  use: (folder: Blobs) => Promise<T>,
): Promise<T> {
  await assertRoom(tmpdir(), bytes);
  const folder = await mkdtemp(join(tmpdir(), 'backfill-copy-'));
  try {
    await eachBounded(paths, async (path) => {
      const content = await read(path);
      if (content === undefined) return;
      const at = join(folder, path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, content);
    });
    return await use(openFolder(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The part of what is free that copies may take. */
const MOST = 0.9;

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (bytes <= free * MOST) return;
  const [needed, there] = [bytes, free].map((number) => `${Math.ceil(number / 1e6)} MB`);
  throw new BackfillError(
    'store-unusable',
    `${folder} has no room for a copy of what is queried, which takes ${needed} where ${there} are free; set TMPDIR to a folder that has`,
  );
}
