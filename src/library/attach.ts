import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';
import { redisAddress } from '../redis/address.ts';
import { openStore } from '../store/open.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { Redis } from 'ioredis';
import type { RegisteredRun } from '../queue/run.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';
import { type KeptRequest, requestOfKept } from './kept-request.ts';
import { partsOf } from './parts.ts';
import { PLANNER } from './queue-run.ts';
import { runsOf } from './runs.ts';

/** Where a run goes on: its store, its queue, and what of this machine it needs. What it was asked, the queue knows. */
export type AttachOptions = Pick<HistoryOptions, 'store' | 'secrets' | 'stateFolder' | 'clock'> & {
  readonly queue: string;
} & Pick<BackfillOptions, 'onEvent' | 'stop'>;

/**
 * Goes on with a run through a queue whose planner died, under its own id: waits for what workers have in work of it, and plans
 * what the store lacks then. Throws `usage` for a run that has ended or that the queue does not know, and `store-locked` where
 * its planner is there.
 */
export async function attachRun(id: string, options: AttachOptions): Promise<RunSummary> {
  const { onEvent, stop, ...own } = options;
  const [{ connectRedis }, { readRun }, { readRequest, takeOver }] = await Promise.all([
    import('../redis/connection.ts'),
    import('../queue/run.ts'),
    import('../queue/take-over.ts'),
  ]);
  const redis = await connectRedis(redisAddress(own.queue));
  try {
    const run = attachable(id, await readRun(redis, id), openStore(own.store).url);
    const kept = await readRequest<KeptRequest>(redis, id);
    if (kept === undefined)
      throw new BackfillError('usage', `run ${shown(id)}: it is not known what it was asked; ask that again`);
    await takeOver(redis, run, PLANNER);
    const { lock } = run;
    const attached = { id, provider: run.provider.id, ...(lock !== undefined && { lock }) };
    const parts = partsOf({ ...kept.options, ...own }, attached);
    try {
      const how = { ...(onEvent && { onEvent }), ...(stop && { stop }) };
      return await runsOf(parts).backfill({ ...requestOfKept(kept), ...how });
    } finally {
      await parts.engine.close();
      await endRun(redis, id);
    }
  } finally {
    redis.disconnect();
  }
}

/** A run that goes on. Throws `usage` for one that does not, or that writes another store. */
export function attachable(id: string, run: RegisteredRun | undefined, store: string): RegisteredRun {
  const refused = (why: string): BackfillError => new BackfillError('usage', `run ${shown(id)}: ${why}`);
  if (run === undefined)
    throw refused('the queue knows no such run that goes on; ask again for what it was to fetch');
  if (run.state === 'ended') throw refused('it has ended');
  if (run.store !== store) throw refused(`it writes ${run.store}, not ${store}`);
  return run;
}

/** Whatever became of it: where nothing was left to do, nobody else ended it. */
export async function endRun(redis: Redis, id: string): Promise<void> {
  const { forgetRun, setRunState } = await import('../queue/run.ts');
  await setRunState(redis, id, 'ended');
  await forgetRun(redis, id);
}
