import { BackfillError } from '../../../core/errors.ts';
import { eachBounded } from '../../bounded.ts';
import { fields } from '../codec/json.ts';
import { type Blobs, readText } from './blobs.ts';
import {
  ACTIONS,
  BARS,
  DAMAGED,
  LOCK_FILE,
  QUARANTINE,
  HANDED_OVER,
  LIVE_RECORD,
  QUOTA,
  RELEASED,
  RELEASED_UNTIDY,
  REVISIONS,
  RUNS,
  STAGING,
  UNIVERSES,
} from './layout.ts';
import { namesIn } from './walk.ts';

/** Throws where nobody can write a store: see `Blobs.assertInPlace` and `assertApart`. */
export async function assertMayBeHere(blobs: Blobs): Promise<void> {
  await blobs.assertInPlace();
  await assertApart(blobs);
}

/**
 * Throws `usage` for a store that is about to be created inside another one, or around one: the inner one would be something
 * strange to the outer one. What is there already is the outer doctor's to name.
 */
export async function assertApart(blobs: Blobs): Promise<void> {
  if (await isStore(blobs)) return;
  for (let at = blobs.around(); at !== undefined; at = at.around())
    if (await isStore(at))
      throw new BackfillError(
        'usage',
        `the store ${blobs.url} would lie inside the store ${at.url}; give ${at.url} or a folder outside it as the store`,
      );
  const inner = await storeIn(blobs);
  if (inner !== undefined)
    throw new BackfillError(
      'usage',
      `the store ${blobs.url} would lie around the store ${inner.url}; give ${inner.url} or a folder beside it as the store`,
    );
}

/** Folders of a store below which another one may lie. */
const OWN_FOLDERS = [BARS, REVISIONS, ACTIONS, RUNS, UNIVERSES, STAGING, QUOTA, HANDED_OVER, LIVE_RECORD];
/** What these hold lies there as in a store. */
const LIKE_STORES: ReadonlySet<string> = new Set([QUARANTINE, DAMAGED]);

/** So many things are looked at for a store in them: one or two requests each, in a bucket. */
const LOOKS = 200;

/**
 * A store that lies in a folder, or in what a store would have there; undefined where none is found. Of a folder with very
 * many things not each is looked at: what is no folder of a store's own its doctor never moves with a store in it.
 */
async function storeIn(blobs: Blobs): Promise<Blobs | undefined> {
  const names = await namesIn(blobs, '');
  const own = OWN_FOLDERS.filter((name) => names.includes(name));
  const deeper: string[] = [];
  for (const folder of own) for (const name of await namesIn(blobs, folder)) deeper.push(`${folder}/${name}`);
  const paths = [...new Set([...own, ...names, ...deeper])].slice(0, LOOKS);
  const stores: string[] = [];
  await eachBounded(paths, async (path) => {
    const below = blobs.below(path);
    const is = LIKE_STORES.has(path) ? isLockText(await lockText(below)) : await isStore(below);
    if (is) stores.push(path);
  });
  const first = paths.find((path) => stores.includes(path));
  return first === undefined ? undefined : blobs.below(first);
}

/** A store somewhere below a folder, as a path relative to it; undefined for none. Lists all that lies there. */
export async function storeDeepIn(blobs: Blobs): Promise<string | undefined> {
  const roots = new Set<string>();
  for (const path of await blobs.listDeep('')) {
    const root = MARKED.exec(path)?.groups?.['root'];
    if (root !== undefined) roots.add(root);
  }
  for (const root of roots) if (await isStore(blobs.below(root))) return root;
  return undefined;
}

/** A path that a store may have. */
const MARKED = /^(?<root>.+?)\/(\.lock$|bars\/interval=)/;

/** Whether a folder is a store: there are series in it, or somebody has had its lock. */
export async function isStore(blobs: Blobs): Promise<boolean> {
  const names = await namesIn(blobs, BARS);
  return names.some((name) => name.startsWith('interval=')) || isLockText(await lockText(blobs));
}

/** Undefined where there is none that can be read. */
async function lockText(blobs: Blobs): Promise<string | undefined> {
  return readText(blobs, LOCK_FILE).catch(() => undefined);
}

/** Others call a file so, too. */
function isLockText(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (text === RELEASED || text === RELEASED_UNTIDY) return true;
  try {
    const { pid, host } = fields(JSON.parse(text));
    return typeof pid === 'number' && typeof host === 'string';
  } catch {
    return false;
  }
}
