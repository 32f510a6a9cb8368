import { randomBytes } from 'node:crypto';
import { redisAddress } from '../redis/address.ts';
import { openStore } from '../store/open.ts';
import { assertQueue } from './queue-run.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';
import { keptRequest } from './kept-request.ts';
import { assertHistoryOptions } from './option-names.ts';
import { checkOptions, checked } from './check-request.ts';

/**
 * Leaves a backfill to whichever worker plans (see `role` of `startWorker`), and comes back at once with the name of what it
 * left there. Throws `usage` and `queue-unusable`.
 */
export async function enqueueBackfill(
  options: HistoryOptions & { readonly queue: string },
  request: Omit<BackfillOptions, 'onEvent' | 'stop' | 'plan'>,
): Promise<string> {
  assertHistoryOptions(options);
  checkOptions(options);
  checked(request);
  const store = openStore(options.store);
  assertQueue(options, store);
  const [{ connectRedis }, { addDiscovery }] = await Promise.all([
    import('../redis/connection.ts'),
    import('../queue/discovery.ts'),
  ]);
  const redis = await connectRedis(redisAddress(options.queue));
  try {
    const id = `request-${randomBytes(6).toString('hex')}`;
    await addDiscovery(redis, { id, store: store.url, request: keptRequest(options, request) });
    return id;
  } finally {
    redis.disconnect();
  }
}
