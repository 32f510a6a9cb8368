import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import { type Carried, carry, unpack } from './carried.ts';
import type { JobData } from './job.ts';
import { GONE_MS } from './machines.ts';
import { PREFIX, runKey } from './names.ts';
import { PACE } from './options.ts';
import { queueName } from './queues.ts';
import { type QueueRun, beatOfPlanner, queueOf, registerRun } from './run.ts';

/** How often who takes over looks whether the planner is silent for long enough, ms. */
const AGAIN_MS = 1000;

/** Of what a request of a run that lies in its hash may have; more lies beside it. */
const REQUEST_CHARS = 64 * 1024;

/** Keeps what a run was asked, so that another planner can go on with it. Plain JSON. */
export async function keepRequest(redis: Redis, run: string, request: unknown): Promise<void> {
  const carried = await carry(request, REQUEST_CHARS, { redis, run, id: 'request' });
  await redis.hset(runKey(run), 'request', JSON.stringify(carried));
}

/** Undefined: nothing was kept, or it is gone. */
export async function readRequest<T>(redis: Redis, run: string): Promise<T | undefined> {
  const text = await redis.hget(runKey(run), 'request');
  if (text === null) return undefined;
  return unpack<T>(JSON.parse(text) as Carried, { redis, run }).catch(() => undefined);
}

/**
 * Becomes the planner of a run whose own is gone. What waits of its jobs is taken back, for the store is the truth and is
 * planned anew; what is in work is waited for. Throws `store-locked` where another planner is at it,
 * and still is 15 s later.
 */
export async function takeOver(
  redis: Redis,
  run: QueueRun,
  planner: string,
  { lookMs } = PACE,
): Promise<void> {
  await registerOnceSilent(redis, run, planner);
  const queue = new Queue<JobData>(queueName(queueOf(run)), { connection: redis, prefix: PREFIX });
  queue.on('error', () => undefined);
  try {
    while ((await takeBack(queue, run.id)) > 0) {
      await beatOfPlanner(redis, run, planner);
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  } finally {
    await queue.close();
  }
}

/** One who died a moment ago is believed to be there for a while; one who is, tells so meanwhile. */
async function registerOnceSilent(redis: Redis, run: QueueRun, planner: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += AGAIN_MS) {
    try {
      return await registerRun(redis, run, planner);
    } catch (error) {
      if (!(error instanceof BackfillError) || error.code !== 'store-locked' || waitedMs > GONE_MS)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** Removes the jobs of a run that no worker holds; gives how many are held. */
async function takeBack(queue: Queue<JobData>, run: string): Promise<number> {
  const jobs = await queue.getJobs(['active', 'wait', 'delayed', 'prioritized']);
  const own = jobs.filter((job) => job?.data.run === run);
  const removed = await Promise.all(own.map(({ id = '' }) => queue.remove(id)));
  return removed.filter((is) => is === 0).length;
}
