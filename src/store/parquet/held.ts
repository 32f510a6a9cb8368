import type { FirstFills, Lease } from '../lease.ts';
import type { Blobs, BlobsLock } from './files/blobs.ts';
import type { Remembered, ScanCache } from './partition/scan-cache.ts';
import { tidyTaken } from './partition/taken-away.ts';

/** What the writer of a store holds. */
export interface Held {
  readonly lock: BlobsLock;
  /** From the first scan on that it is of use to. */
  cache: ScanCache | undefined;
  /** Whether nobody who wrote under it died or met trouble with the disk. */
  inOrder: boolean;
}

/** Writes down what the writer knows, and lets others write. */
export async function letGo(blobs: Blobs, held: Held): Promise<void> {
  await held.cache?.save(blobs);
  // Nothing that is there is on its way out any more.
  await tidyTaken(blobs, { isUntold: () => false, isOlder: false });
  await held.lock.free(held.inOrder);
}

/** The lease of who holds that. */
export function leaseOf(
  held: Held,
  {
    readLeft,
    release,
  }: { readonly readLeft: () => Promise<readonly FirstFills[]>; readonly release: Lease['release'] },
): Lease {
  let left: Promise<readonly FirstFills[]> | undefined;
  return {
    lock: held.lock.id,
    leftFills: async () => {
      // Who comes second waits, so that what he notes himself is not among them.
      const isFirst = left === undefined;
      left ??= readLeft();
      const fills = await left;
      return isFirst ? fills : [];
    },
    note: (files) => {
      for (const file of files as readonly Remembered[]) held.cache?.remember(file);
    },
    noteTrouble: () => {
      held.inOrder = false;
    },
    release,
  };
}
