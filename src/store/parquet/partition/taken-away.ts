import { createHash } from 'node:crypto';
import { eachBounded } from '../../bounded.ts';
import { fields, text } from '../codec/json.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { dataFileAt } from '../files/data-paths.ts';
import { DAMAGED } from '../files/layout.ts';
import { namesIn } from '../files/walk.ts';

/**
 * That we took a file away ourselves, or that what it held was given up: `damaged/HASH.taken`, which says its path. It is
 * written, durably, before the file goes, and outlives the cache's word of it: whoever finds the file gone that the cache
 * tells of knows by it that nothing is lost. It means nothing while there is a file.
 */
const EXTENSION = '.taken';

/** Whether a name in `damaged/` is of such a note. */
export function isTakenName(name: string): boolean {
  return name.endsWith(EXTENSION);
}

/** Notes, before it goes, that a file is taken away. Of files that no cache tells of nothing is noted. */
export async function noteTaken(blobs: Blobs, path: string): Promise<void> {
  const file = dataFileAt(path);
  if (file === undefined || file.is === 'revisions') return;
  await blobs.put(takenPath(path), bytesOfText(`${JSON.stringify({ path })}\n`));
}

/** Whether we took the file of a path away. Fails where that cannot be seen. */
export async function isTaken(blobs: Blobs, path: string): Promise<boolean> {
  return (await blobs.version(takenPath(path))) !== undefined;
}

/**
 * Removes the notes of files that are there, and of those that `isUntold` says it of: no cache on the disk tells of them. With
 * `isOlder` only such as were written before the store was locked, as a file may be on its way out. For the writer of the store.
 */
export async function tidyTaken(
  blobs: Blobs,
  { isUntold, isOlder }: { readonly isUntold: (path: string) => boolean; readonly isOlder: boolean },
): Promise<void> {
  const names = await namesIn(blobs, DAMAGED).catch(() => []);
  await eachBounded(names.filter(isTakenName), async (name) => {
    const note = `${DAMAGED}/${name}`;
    try {
      if (isOlder && (await blobs.open(note, async ({ isSettled }) => isSettled)) !== true) return;
      const path = text(fields(JSON.parse((await readText(blobs, note)) ?? '')).path);
      if ((await blobs.version(path)) !== undefined || isUntold(path)) await orAbsent(blobs.remove(note));
    } catch {
      // It stays: at worst a loss is not told.
    }
  });
}

function takenPath(path: string): string {
  return `${DAMAGED}/${createHash('sha256').update(path).digest('hex').slice(0, 32)}${EXTENSION}`;
}
