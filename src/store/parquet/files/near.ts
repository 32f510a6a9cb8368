import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { cwd } from 'node:process';
import { didYouMean } from '../../../core/closest.ts';
import { OWN_NAMES } from './layout.ts';

/**
 * Why there is no store to read in a folder, and which may have been meant; undefined where there is one, and where the disk
 * or our rights do not let us know: who reads it then is told so.
 */
export async function whyNoStoreIn(root: string): Promise<string | undefined> {
  const what = await whatIsThere(root);
  return what === undefined ? undefined : `${what}${await storeNear(root)}`;
}

/** What stands where a store should; undefined: one, or something that we cannot look into. */
async function whatIsThere(root: string): Promise<string | undefined> {
  try {
    const isStoreLike = (await readdir(root)).some((name) => OWN_NAMES.has(name));
    return isStoreLike ? undefined : 'there is no store in this folder';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return undefined;
    const isThere = await stat(root).then(
      () => true,
      () => false,
    );
    return isThere ? 'it is a file, not a folder' : 'there is no such folder';
  }
}

/** `; did you mean ./data?`: above, below or beside; nothing where none is evident. */
async function storeNear(root: string): Promise<string> {
  const parent = dirname(root);
  for (let above = parent; above !== dirname(above); above = dirname(above))
    if (await isStore(above)) return meant(above);
  const below = await storesIn(root);
  if (below.length === 1) return meant(join(root, below[0] ?? ''));
  return didYouMean(basename(root), await storesIn(parent), `${shown(parent)}/`);
}

async function storesIn(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)) ?? [];
  const are = await Promise.all(names.map((name) => isStore(join(folder, name))));
  return names.filter((_, i) => are[i]);
}

/** Whether bars were stored there: names alone are found in many a folder. */
async function isStore(folder: string): Promise<boolean> {
  return ((await namesIn(join(folder, 'bars'))) ?? []).some((name) => name.startsWith('interval='));
}

function meant(path: string): string {
  return `; did you mean ${shown(path)}?`;
}

/** As one would type it here, if that is shorter. */
function shown(path: string): string {
  const here = relative(cwd(), path);
  if (here === '') return '.';
  return here.startsWith('..') || here.length > path.length ? path : `./${here}`;
}

/** Undefined if it is no folder, or not ours to read. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch(() => undefined);
}
