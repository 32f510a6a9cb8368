import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for all that a bench leaves, removed when `use` has ended and no sooner: ext4 passes over every inode that was
 * freed within the last half minute, one by one, so that a store removed before a fill costs it up to two seconds of CPU.
 */
export async function withScratch(use: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'backfill-bench-'));
  try {
    await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A new folder for one run. */
export async function runFolder(scratch: string): Promise<string> {
  await mkdir(scratch, { recursive: true });
  return mkdtemp(join(scratch, 'run-'));
}
