import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eachBounded } from '../../bounded.ts';
import type { Blobs } from './blobs.ts';
import type { CommitFs } from './commit-fs.ts';
import { DISK } from './disk.ts';
import { openFolder } from './folder.ts';

/** A folder for what is temporary, which is gone afterwards. */
export interface Scratch {
  readonly blobs: Blobs;
  /** Puts the same content at many paths, as cheap as can be: each is to be replaced, not written to. */
  readonly lay: (content: Uint8Array, paths: readonly string[]) => Promise<void>;
}

/** Names that one file is given: 65,000 are the most on ext4. */
const LINKS = 50_000;

export async function withScratch<T>(use: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-query-'));
  let laid = 0;
  const lay: Scratch['lay'] = async (content, paths) => {
    for (let from = 0; from < paths.length; from += LINKS) {
      const template = join(folder, `content-${++laid}`);
      await writeFile(template, content);
      await eachBounded(paths.slice(from, from + LINKS), async (path) => {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await link(template, join(folder, path));
      });
    }
  };
  try {
    return await use({ blobs: openFolder(folder, UNSYNCED), lay });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files that need not outlast the process. */
const UNSYNCED: CommitFs = {
  ...DISK,
  create: async (path) => ({ ...(await DISK.create(path)), sync: () => Promise.resolve() }),
  syncDirectory: () => Promise.resolve(),
};
