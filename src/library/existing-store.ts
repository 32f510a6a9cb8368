import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { openStore } from '../store/open.ts';
import { withoutPassword } from '../core/without-password.ts';

/**
 * Throws `usage` where there is no store to read, and names one that lies near by. A slip of the pen is no empty store. `name`:
 * what it was given for.
 */
export async function assertStoreExists(store: string, name = option('store')): Promise<void> {
  const why = await whyNoStore(store);
  if (why !== undefined) throw noStore(store, why, name);
}

/** What says that there is no store at a URL. */
export function noStore(store: string, why: string, name = option('store')): BackfillError {
  return new BackfillError('usage', `${name} ${withoutPassword(store)}: ${why}`);
}

/** Why there is no store to read, see `BarStore.whyNone`. */
export function whyNoStore(store: string): Promise<string | undefined> {
  return openStore(store).whyNone();
}
