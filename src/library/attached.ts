import { BackfillError } from '../core/errors.ts';
import type { BarStore, Lease } from '../store/store.ts';

/** A run of another planner, as it is to be gone on with. */
export interface RunToAttach {
  readonly id: string;
  readonly provider: string;
  /** Of the lease that its workers may hold still. Default: it had none. */
  readonly lock?: string;
  /** Whether whoever goes on with it is told already where its Redis is away. Default false. */
  readonly isWatched?: boolean;
}

/** A run that is gone on with: once, what comes after it is a run of its own. */
export interface Attached {
  readonly id: string;
  readonly isWatched: boolean;
  /** Its id, for the first to ask. */
  take(): string | undefined;
}

export function attachedTo({ id, isWatched = false }: RunToAttach): Attached {
  let left: string | undefined = id;
  return {
    ...{ id, isWatched },
    take: () => {
      const own = left;
      left = undefined;
      return own;
    },
  };
}

/** The lease that workers hold still; or one of its own where that is over. */
export async function joinedOrOwn(store: BarStore, lock: string | undefined): Promise<Lease> {
  if (lock === undefined) return store.acquire();
  try {
    return await store.join(lock);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-locked') return store.acquire();
    throw error;
  }
}
