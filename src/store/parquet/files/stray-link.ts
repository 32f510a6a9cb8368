import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { ACTIONS, BARS, REVISIONS } from './layout.ts';
import { wrongKind } from './wrong-kind.ts';

/** What such a link is called. */
export const STRAY_LINK = 'link to another folder';

const TREES: ReadonlySet<string> = new Set([BARS, REVISIONS, ACTIONS]);

/**
 * Whether a folder of bars, revisions or actions (relative to the root) is a link to what is not its own: to a folder of another
 * name, or to another place of the store. One to a folder of the same name on another disk is a part of the store.
 */
export function isStrayLink(root: string, path: string): boolean {
  const [tree = '', ...below] = path.split('/');
  if (below.length === 0 || !TREES.has(tree)) return false;
  const at = join(root, path);
  if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
  const real = realOf(at);
  if (real === undefined || statSync(real, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return (
    basename(real) !== basename(at) || [root, join(root, tree)].some((one) => isBelow(real, realOf(one)))
  );
}

/** Throws where a path would be written, moved or removed through such a link: it would be that of somebody else. */
export function assertNoStrayLink(root: string, path: string): void {
  for (let folder = dirname(path); folder.includes('/'); folder = dirname(folder))
    if (isStrayLink(root, folder)) throw wrongKind(join(root, folder), STRAY_LINK);
}

/** Undefined for a link that leads nowhere, or to itself. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isBelow(path: string, folder: string | undefined): boolean {
  return folder !== undefined && path.startsWith(folder + sep);
}
