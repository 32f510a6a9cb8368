import { BackfillError } from '../core/errors.ts';
import type { BarStore, Rename } from '../store/store.ts';

/** The renames on record; none where their list is damaged, which the run tells. */
export async function readableRenames(store: Pick<BarStore, 'readRenames'>): Promise<readonly Rename[]> {
  try {
    return await store.readRenames();
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return [];
    throw error;
  }
}

/** Why the list of renames is as good as none, if it is. */
export async function whyRenamesAreUnread(store: Pick<BarStore, 'readRenames'>): Promise<string | undefined> {
  try {
    await store.readRenames();
    return undefined;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return error.message;
    throw error;
  }
}
