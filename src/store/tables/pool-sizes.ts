import { BackfillError } from '../../core/errors.ts';

/** Connections that a thread keeps and opens at most. */
export interface PoolSizes {
  readonly min: number;
  readonly max: number;
}

const DEFAULT_POOL: PoolSizes = { min: 0, max: 4 };

/** What `pool_min` and `pool_max` in the URL of a store say. Throws `usage`. */
export function poolIn(url: URL): PoolSizes {
  const min = connections(url, 'pool_min', DEFAULT_POOL.min, 0);
  return { min, max: connections(url, 'pool_max', Math.max(DEFAULT_POOL.max, min), Math.max(min, 1)) };
}

function connections(url: URL, name: string, otherwise: number, least: number): number {
  const said = url.searchParams.get(name);
  if (said === null) return otherwise;
  const count = Number(said);
  if (said !== '' && Number.isSafeInteger(count) && count >= least && count <= 1000) return count;
  throw new BackfillError(
    'usage',
    `${name}=${said} in the URL of the store is no number of connections from ${least} to 1000`,
  );
}
