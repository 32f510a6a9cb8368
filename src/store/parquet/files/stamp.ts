import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { orAbsent } from './absent.ts';
import type { Version } from './blobs.ts';
import { paced } from './paced.ts';

/**
 * Which content lies in a file, as far as the system tells without reading it. Times are in ns since the epoch.
 * Whoever changes the content changes one of them, unless it happens within one tick of the file system's clock.
 */
export interface Stamp {
  readonly size: bigint;
  readonly modified: bigint;
  /** When the content, the name or the rights changed. */
  readonly changed: bigint;
  readonly inode: bigint;
}

/** The longest tick of a file system's clock, with room: FAT counts in 2 s. */
const TICK_NS = 3_000_000_000n;

/** The stamp of what lies at a path; undefined for nothing. */
export async function stampAt(path: string): Promise<Stamp | undefined> {
  const found = await paced(
    () => statSync(path, { bigint: true, throwIfNoEntry: false }),
    () => orAbsent(stat(path, { bigint: true })),
  );
  return found && stampOf(found);
}

export function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): Stamp {
  return { size, modified: mtimeNs, changed: ctimeNs, inode: ino };
}

export function versionOf({ size, modified, changed, inode }: Stamp): Version {
  return `${size}.${modified}.${changed}.${inode}`;
}

/**
 * Whether content that was read after `since` (by the file system's clock) is what its stamp, taken before the reading,
 * will always mean. A younger file may be changed once more within the same tick, and the stamp would not tell.
 */
export function isSettled({ modified, changed }: Stamp, since: bigint): boolean {
  return (modified > changed ? modified : changed) + TICK_NS < since;
}

/**
 * Whether the stamp of a file that was written and then renamed into its place is of just that content, and of no later
 * one: it has been renamed in a later tick than it was written in. Nobody could change it under its name before that,
 * and who does so after it sets a later time.
 */
export function isAsRenamed(written: Stamp | undefined, now: Stamp | undefined): boolean {
  return (
    written !== undefined &&
    now?.inode === written.inode &&
    now.size === written.size &&
    now.modified === written.modified &&
    now.changed > now.modified
  );
}
