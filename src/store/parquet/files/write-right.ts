import { type BigIntStats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackfillError } from '../../../core/errors.ts';
import { orAbsent } from './absent.ts';
import { LOCK_FILE } from './layout.ts';
import { paced } from './paced.ts';

/** Which file a lock is on: another text for any other that lies there, as long as somebody has this one open. */
export type LockId = string;

export function lockIdOf({ dev, ino }: BigIntStats): LockId {
  return `${dev}.${ino}`;
}

/**
 * The right to write below a root, given by the lock of that id, which this process holds, in whatever thread. Without one
 * nothing is checked: who writes so knows that he is alone.
 */
export class WriteRight {
  readonly #root: string;
  readonly #path: string;
  #lock: LockId | undefined;

  constructor(root: string, lock?: LockId) {
    this.#root = root;
    this.#path = join(root, LOCK_FILE);
    this.#lock = lock;
  }

  give(lock: LockId): void {
    this.#lock = lock;
  }

  end(): void {
    this.#lock = undefined;
  }

  /**
   * Throws `store-locked` where the lock file is gone or another one: the system keeps a second writer off as long as both
   * open the same; and `store-unusable` where the whole store is gone, because it was moved or its disk unmounted. To be asked
   * before a folder is made, and before anything is put in place, or taken away: one look at a name, 2 µs on a local disk.
   */
  async assert(): Promise<void> {
    if (this.#lock === undefined) return;
    const found = await paced(
      () => statSync(this.#path, { bigint: true, throwIfNoEntry: false }),
      () => orAbsent(stat(this.#path, { bigint: true })),
    );
    if (found !== undefined && lockIdOf(found) === this.#lock) return;
    const why = await this.#whyGone(this.#lock);
    if (why === undefined)
      throw new BackfillError(
        'store-locked',
        `the lock file ${this.#path} was taken away while this run held it; what was written is kept: leave that file where it is, and run again`,
        { cause: stale('the lock file is another one') },
      );
    throw new BackfillError(
      'store-unusable',
      `the store ${this.#root} went away while this run wrote it (${why}): bring it back to where it was, or mount its disk again`,
      { cause: stale('the folder of the store is another one') },
    );
  }

  /** Why the store is no longer here, in words; undefined where it is. */
  async #whyGone(lock: LockId): Promise<string | undefined> {
    const folder = await orAbsent(stat(this.#root, { bigint: true }));
    if (folder === undefined) return 'its folder is gone';
    const isOther = !lock.startsWith(`${folder.dev}.`) || (await readdir(this.#root)).length === 0;
    return isOther ? 'another folder lies in its place' : undefined;
  }
}

function stale(what: string): Error {
  return Object.assign(new Error(`ESTALE: ${what}`), { code: 'ESTALE' });
}
