import { BackfillError } from '../../../core/errors.ts';
import { fields } from '../codec/json.ts';
import { type Blobs, readText } from './blobs.ts';
import { BARS, LOCK_FILE, RELEASED } from './layout.ts';
import { namesIn } from './walk.ts';

/** Throws where nobody can write a store: see `Blobs.assertInPlace` and `assertOutside`. */
export async function assertMayBeHere(blobs: Blobs): Promise<void> {
  await blobs.assertInPlace();
  await assertOutside(blobs);
}

/**
 * Throws `usage` for a store that is about to be created inside another one: to that it would be something strange, which
 * its doctor moves away. One that is there already is the outer doctor's to name.
 */
async function assertOutside(blobs: Blobs): Promise<void> {
  if (await isStore(blobs)) return;
  for (let at = blobs.around(); at !== undefined; at = at.around())
    if (await isStore(at))
      throw new BackfillError(
        'usage',
        `the store ${blobs.url} would lie inside the store ${at.url}; give ${at.url} or a folder outside it with --store`,
      );
}

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
  if (text === undefined || text === RELEASED) return text === RELEASED;
  try {
    const { pid, host } = fields(JSON.parse(text));
    return typeof pid === 'number' && typeof host === 'string';
  } catch {
    return false;
  }
}
