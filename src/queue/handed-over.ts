import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { HandedOverRuns } from '../store/handed-over.ts';
import { DISCOVERY_QUEUE, PARKED_SECONDS, PREFIX, handedKey } from './names.ts';

/** A run that was handed over, as its job tells it; what it is asked its store keeps. Plain JSON. */
export interface HandedOver {
  readonly run: string;
  /** That it writes, as it is shown. */
  readonly store: string;
  /** How often it could not be carried out because its store was away, and why not last. Default: never. */
  readonly tries?: number;
  readonly why?: string;
}

/** How long runs that ended, or could not be begun, are kept for whoever looks, s, and how many. */
const KEPT = {
  removeOnComplete: { age: 86_400, count: 1000 },
  removeOnFail: { age: PARKED_SECONDS, count: 1000 },
};

/** How long it is known that a run was handed over, s: longer than its job is kept that was given up. */
const MARK_SECONDS = 30 * 86_400;

/** Hands a whole run to whoever plans runs that nobody waits for. Done twice, it is done once. */
export async function enqueueRun(redis: Redis, handed: HandedOver): Promise<void> {
  const queue = new Queue(DISCOVERY_QUEUE, { connection: redis, prefix: PREFIX });
  queue.on('error', () => undefined);
  try {
    await queue.add('run', handed, { jobId: handed.run, ...KEPT });
    await redis.set(handedKey(handed.run), '1', 'EX', MARK_SECONDS);
  } finally {
    await queue.close();
  }
}

/**
 * Sees to it that the queue has every run that a store keeps for whoever plans runs; gives the ids of those that it had lost. One
 * that was handed over and taken out again, by `queue drain` or on a dashboard, the store keeps no more.
 */
export async function handOverLost(redis: Redis, store: string, kept: HandedOverRuns): Promise<string[]> {
  const lost: string[] = [];
  for (const run of await kept.list()) {
    const where = await whereIs(redis, run);
    if (where === 'taken-out') await kept.drop(run);
    if (where !== 'unknown') continue;
    await enqueueRun(redis, { run, store });
    lost.push(run);
  }
  return lost;
}

/** Whether a run was handed over here, and taken out of the queue again. */
export async function isTakenOut(redis: Redis, run: string): Promise<boolean> {
  return (await whereIs(redis, run)) === 'taken-out';
}

async function whereIs(redis: Redis, run: string): Promise<'queued' | 'taken-out' | 'unknown'> {
  // In that order: one that is being handed over has no mark yet, or has its job.
  const isMarked = (await redis.exists(handedKey(run))) === 1;
  if ((await redis.exists(`${PREFIX}:${DISCOVERY_QUEUE}:${run}`)) === 1) return 'queued';
  return isMarked ? 'taken-out' : 'unknown';
}
