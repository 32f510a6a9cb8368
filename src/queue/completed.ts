import type { Redis } from 'ioredis';
import { type Series } from '../core/bars/bars.ts';
import { COMPLETED } from './names.ts';

/** Members that are added by one question. */
const AT_ONCE = 1000;

/** How readers know a series: by its ticker, and with its interval where that is not a day. */
function completedName({ ticker, interval }: Series): string {
  return interval === '1d' ? ticker : `${ticker}:${interval}`;
}

/** Tells readers which series a run found complete: nothing here reads that, the store is what counts. */
export async function tellCompleted(redis: Redis, series: readonly Series[]): Promise<void> {
  const names = series.map(completedName);
  for (let from = 0; from < names.length; from += AT_ONCE)
    await redis.sadd(COMPLETED, names.slice(from, from + AT_ONCE));
}

/** All of it is begun anew. */
export async function clearCompleted(redis: Redis): Promise<void> {
  await redis.unlink(COMPLETED);
}
