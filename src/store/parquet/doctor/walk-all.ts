import { type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TEMP_NAME } from '../commit.ts';
import { errno, orAbsent } from '../absent.ts';
import { type DataFile, dataFileAt, isDataFolder } from '../data-paths.ts';
import { decodeValue, LOCK_FILE, QUARANTINE, RENAMES_FILE, RUNS, SCAN_CACHE } from '../layout.ts';

/** Something below the root of a store and what it is by its path. */
export type Found =
  | DataFile
  | { readonly is: 'universe'; readonly path: string; readonly name: string }
  | { readonly is: 'run' | 'renames' | 'temp' | 'foreign-file' | 'foreign-folder'; readonly path: string }
  | { readonly is: 'closed'; readonly path: string; readonly reason: string };

const UNIVERSES = 'universes';
const RUN_NAME = /^\d{8}T\d{6}Z-[\da-f]{4}\.json$/;
const PASSED_OVER = 'passed over';
const FOLDER = 'folder';

/** Everything below the root, by path, except the quarantine: what lies there is known to be damaged. */
export async function* walkAll(root: string, folder = ''): AsyncGenerator<Found> {
  const entries = await entriesOf(root, folder);
  if ('reason' in entries) {
    yield { is: 'closed', path: folder, reason: entries.reason };
    return;
  }
  for (const entry of entries.list) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const isFolder = await leadsToFolder(root, path, entry);
    const found = isFolder ? folderAt(path) : fileAt(path, entry.name);
    if (found === PASSED_OVER) continue;
    if (found === FOLDER) yield* walkAll(root, path);
    else yield found;
  }
}

async function entriesOf(root: string, folder: string): Promise<{ list: Dirent[] } | { reason: string }> {
  try {
    const list = await readdir(join(root, folder), { withFileTypes: true });
    return { list: list.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  } catch (error) {
    if (folder === '') throw error;
    if (errno(error) === 'ENOENT') return { list: [] };
    if (errno(error) === 'EACCES' || errno(error) === 'EPERM') return { reason: (error as Error).message };
    throw error;
  }
}

/** A link counts as what it leads to: a part of a store may lie on another disk. */
async function leadsToFolder(root: string, path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await orAbsent(stat(join(root, path))))?.isDirectory() ?? false;
}

function folderAt(path: string): Found | typeof FOLDER | typeof PASSED_OVER {
  if (path === QUARANTINE) return PASSED_OVER;
  const isOurs = isDataFolder(path) || path === RUNS || path === UNIVERSES;
  return isOurs ? FOLDER : { is: 'foreign-folder', path };
}

function fileAt(path: string, name: string): Found | typeof PASSED_OVER {
  if (path === LOCK_FILE || path === SCAN_CACHE) return PASSED_OVER;
  if (TEMP_NAME.test(name)) return { is: 'temp', path };
  if (path === RENAMES_FILE) return { is: 'renames', path };
  const [tree] = path.split('/');
  if (tree === RUNS && RUN_NAME.test(name)) return { is: 'run', path };
  if (tree === UNIVERSES && name.endsWith('.json')) {
    const universe = decodeValue(name.slice(0, -'.json'.length));
    if (universe !== undefined) return { is: 'universe', path, name: universe };
  }
  return dataFileAt(path) ?? { is: 'foreign-file', path };
}
