import { BEGUN_NAME } from '../beside/begun-plans.ts';
import type { Blobs } from '../files/blobs.ts';
import { errno } from '../files/absent.ts';
import { stagedAt } from '../beside/staged.ts';
import { isEntryFolder } from '../forgotten/entry.ts';
import type { Kind } from '../files/kind.ts';
import { isStore } from '../files/nested.ts';
import { type DataFile, dataFileAt, isDataFolder } from '../files/data-paths.ts';
import {
  ACTIONS,
  BARS,
  COPYING_FILE,
  DAMAGED,
  decodeValue,
  LOCK_FILE,
  OWN_NAMES,
  PORTFOLIO_FILE,
  QUARANTINE,
  RENAMES_FILE,
  REVISIONS,
  HANDED_OVER,
  LIVE_RECORD,
  QUOTA,
  RUNS,
  SCAN_CACHE,
  STAGING,
  TEMP_NAME,
  UNIVERSES,
} from '../files/layout.ts';

/** Something below the root of a store and what it is by its path. */
export type Found =
  | DataFile
  | { readonly is: 'universe'; readonly path: string; readonly name: string }
  | {
      readonly is: 'run' | 'renames' | 'recorded' | 'staged' | 'temp' | 'forgotten' | 'foreign-folder';
      readonly path: string;
    }
  | { readonly is: 'foreign-file'; readonly path: string; readonly what: string }
  /** A folder of the store that is one of its own as well, by what lies in it. */
  | { readonly is: 'inner-store'; readonly path: string; readonly names: readonly string[] }
  | { readonly is: 'closed'; readonly path: string; readonly reason: string };

const RUN_NAME = /^\d{8}T\d{6}Z-[\da-f]{4}\.json$/;
/** What a run fills that goes on, or was killed: the next run's to judge. */
const FILLING_NAME = /^\d{8}T\d{6}Z-[\da-f]{4}\.filling$/;
const PASSED_OVER = 'passed over';
const FOLDER = 'folder';

/**
 * Everything below the root; of the quarantine, which comes first, only what is in the way of the next thing to lie there:
 * the rest is known to be damaged.
 */
export async function* walkAll(blobs: Blobs, folder = ''): AsyncGenerator<Found> {
  const names = await namesOf(blobs, folder);
  if ('reason' in names) {
    yield { is: 'closed', path: folder, reason: names.reason };
    return;
  }
  const inner = await innerStore(blobs, folder, names.list);
  if (inner.length > 0) yield { is: 'inner-store', path: folder, names: inner };
  for (const name of names.list) {
    const path = folder === '' ? name : `${folder}/${name}`;
    // Of a link what it leads to: a part of a store may lie on another disk. Undefined: gone meanwhile.
    const kind = await blobs.kind(path);
    if (kind === undefined) continue;
    const found = foundAt(path, name, kind);
    if (found === PASSED_OVER || (inner.length > 0 && isInner(found, name))) continue;
    if (found === FOLDER) yield* walkAll(blobs, path);
    else yield found;
  }
}

/** What a folder of the store holds of another one that lies in it; nothing where none does. */
async function innerStore(blobs: Blobs, folder: string, names: readonly string[]): Promise<string[]> {
  if (folder === '' || folder === QUARANTINE || folder.startsWith(`${QUARANTINE}/`)) return [];
  const own = names.filter((name) => OWN_NAMES.has(name));
  const isMarked = own.includes(BARS) || own.includes(LOCK_FILE);
  return isMarked && (await isStore(blobs.below(folder))) ? own : [];
}

/** Whether something in a folder that is a store as well may be that one's. */
function isInner(found: Found | typeof FOLDER, name: string): boolean {
  if (found === FOLDER) return false;
  return OWN_NAMES.has(name) || ['foreign-file', 'foreign-folder', 'temp'].includes(found.is);
}

async function namesOf(blobs: Blobs, folder: string): Promise<{ list: string[] } | { reason: string }> {
  try {
    const list = await blobs.list(folder);
    const place = (name: string): string => (folder === '' && name === QUARANTINE ? '' : name);
    return { list: list.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)) };
  } catch (error) {
    if (folder === '') throw error;
    if (errno(error) === 'EACCES' || errno(error) === 'EPERM') return { reason: 'permission denied' };
    throw error;
  }
}

function foundAt(path: string, name: string, kind: Kind): Found | typeof FOLDER | typeof PASSED_OVER {
  if (kind === 'folder' && isEntryFolder(path)) return { is: 'forgotten', path };
  if (path.startsWith(`${QUARANTINE}/`) && !isQuarantineFolder(path)) return PASSED_OVER;
  if (kind === 'folder') return folderAt(path);
  if (kind === 'file') return fileAt(path, name);
  return { is: 'foreign-file', path, what: `a ${kind}` };
}

const KEPT: ReadonlySet<string> = new Set([BARS, REVISIONS, ACTIONS, RUNS, UNIVERSES, 'rows', 'forgotten']);

/** Whether the quarantine has a folder of this name, and no damaged thing, which has a time behind its name. */
function isQuarantineFolder(path: string): boolean {
  const [, tree = '', ...below] = path.split('/');
  return (
    KEPT.has(tree) && below.every((name) => /^(interval|ticker|period)=/.test(name) && !/Z-\d+$/.test(name))
  );
}

function folderAt(path: string): Found | typeof FOLDER | typeof PASSED_OVER {
  if ([DAMAGED, QUOTA, HANDED_OVER].includes(path)) return PASSED_OVER;
  if (path === QUARANTINE || path.startsWith(`${QUARANTINE}/`)) return FOLDER;
  const isOurs =
    isDataFolder(path) || path === RUNS || path === UNIVERSES || path === STAGING || path === LIVE_RECORD;
  return isOurs ? FOLDER : { is: 'foreign-folder', path };
}

function fileAt(path: string, name: string): Found | typeof PASSED_OVER {
  if ([LOCK_FILE, SCAN_CACHE, PORTFOLIO_FILE, COPYING_FILE].includes(path)) return PASSED_OVER;
  const [tree] = path.split('/');
  // Of recorders who need no lock.
  if (tree === LIVE_RECORD) return name.endsWith('.json') ? { is: 'recorded', path } : PASSED_OVER;
  if (TEMP_NAME.test(name)) return { is: 'temp', path };
  if (path === RENAMES_FILE) return { is: 'renames', path };
  if (stagedAt(path) !== undefined) return { is: 'staged', path };
  if (tree === RUNS && FILLING_NAME.test(name)) return PASSED_OVER;
  if (tree === RUNS && RUN_NAME.test(name)) return { is: 'run', path };
  if (tree === RUNS && BEGUN_NAME.test(name)) return PASSED_OVER;
  if (tree === UNIVERSES && name.endsWith('.json')) {
    const universe = decodeValue(name.slice(0, -'.json'.length));
    if (universe !== undefined) return { is: 'universe', path, name: universe };
  }
  return dataFileAt(path) ?? { is: 'foreign-file', path, what: 'no file of a store' };
}
