import { type FirstFills, type Lease, notShared } from '../lease.ts';
import type { Blobs, BlobsLock } from './files/blobs.ts';
import type { Remembered, ScanCache } from './partition/scan-cache.ts';
import { tidyTaken } from './partition/taken-away.ts';

/** What the writer of a store holds. */
export interface Held {
  readonly lock: BlobsLock;
  /** Whether another process took it, who sees to what the store keeps for the next writer. */
  readonly isJoined: boolean;
  /** From the first scan on that it is of use to. */
  cache: ScanCache | undefined;
  /** Whether nobody who wrote under it died or met trouble with the disk. */
  inOrder: boolean;
}

/** What a store object holds of a lease, while it does. */
export class Holding {
  readonly #blobs: Blobs;
  #held: Held | undefined;

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Of who took the lease himself: he keeps the cache of scans. */
  get own(): Held | undefined {
    return this.#held?.isJoined === true ? undefined : this.#held;
  }

  /** Takes note of what a file says that was committed a moment ago. Whether there is a lease to do so. */
  note(file: Remembered): boolean {
    this.#held?.cache?.remember(file);
    return this.#held !== undefined;
  }

  /** The disk gave trouble. */
  noteTrouble(): void {
    if (this.#held !== undefined) this.#held.inOrder = false;
  }

  async take(readLeft: () => Promise<readonly FirstFills[]>): Promise<Lease> {
    return this.#begin(await this.#blobs.lock(true), false, readLeft);
  }

  /** See `BarStore.join`. */
  async join(id: string): Promise<Lease> {
    const lock = await this.#blobs.join?.(id);
    if (lock === undefined) throw notShared(this.#blobs.url);
    return this.#begin(lock, true, () => Promise.resolve([]));
  }

  #begin(lock: BlobsLock, isJoined: boolean, readLeft: () => Promise<readonly FirstFills[]>): Lease {
    const held: Held = { lock, isJoined, cache: undefined, inOrder: true };
    this.#held = held;
    return leaseOf(held, { readLeft, release: () => this.#release(held) });
  }

  async #release(held: Held): Promise<void> {
    if (this.#held !== held) return;
    this.#held = undefined;
    await letGo(this.#blobs, held);
  }
}

/** Writes down what the writer knows, and lets others write. */
async function letGo(blobs: Blobs, held: Held): Promise<void> {
  await held.cache?.save(blobs);
  // Nothing that is there is on its way out any more, unless others write on under the same lock.
  if (!held.isJoined && (await held.lock.isAlone()))
    await tidyTaken(blobs, { isUntold: () => false, isOlder: false });
  await held.lock.free(held.inOrder);
}

/** The lease of who holds that. */
function leaseOf(
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
