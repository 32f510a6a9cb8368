import { lstatSync, type Stats, statSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { errno, orAbsent } from './absent.ts';
import { paced } from './paced.ts';

/** What lies at a path, whatever links lead there. */
export type Kind =
  | 'file'
  | 'folder'
  | 'pipe or device'
  | 'link that leads nowhere'
  | 'link that leads to itself'
  /** Of a folder that is none of its own: see `isStrayLink`. */
  | 'link to another folder';

/** What lies at a path; undefined for nothing. */
export async function kindAt(path: string): Promise<Kind | undefined> {
  try {
    const found = await paced(
      () => statSync(path, { throwIfNoEntry: false }),
      () => orAbsent(stat(path)),
    );
    if (found !== undefined) return kindOf(found);
    const itself = await paced(
      () => lstatSync(path, { throwIfNoEntry: false }),
      () => orAbsent(lstat(path)),
    );
    if (itself === undefined) return undefined;
    // What is no link came between the two looks.
    return itself.isSymbolicLink() ? 'link that leads nowhere' : kindOf(itself);
  } catch (error) {
    if (errno(error) === 'ELOOP') return 'link that leads to itself';
    throw error;
  }
}

function kindOf(found: Pick<Stats, 'isFile' | 'isDirectory'>): Kind {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'pipe or device';
}
