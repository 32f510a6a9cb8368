import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type JobData, orderOf } from './job.ts';
import { type LeaseEvent, claimed } from './lease-events.ts';
import { DISCOVERY_QUEUE, PREFIX } from './names.ts';
import { MOST_STARTS } from './provider-queue.ts';
import type { NamedQueue } from './queues.ts';
import { readRun } from './run.ts';

/** A task that a machine has in work, or had when it was last heard of. Plain JSON. */
export interface TaskLease {
  readonly provider: string;
  /** Of the job in its queue. */
  readonly job: string;
  /** The worker's name. */
  readonly worker: string;
  /** Since when, ms since the epoch. */
  readonly since: number;
  /** Until when it is the worker's without another sign of it; null: it is nobody's any more. */
  readonly until: number | null;
  readonly isOverdue: boolean;
  /** What it is for, one a series, with the names of the log; none where that is gone from Redis. */
  readonly parts: readonly Pick<
    LeaseEvent,
    'coordinator_id' | 'lease_key' | 'node_id' | 'interval' | 'batch_start' | 'batch_end'
  >[];
}

/** The tasks in work of a queue, those that are overdue first. */
export async function leasesOf(redis: Redis, named: NamedQueue): Promise<readonly TaskLease[]> {
  const { queue } = named;
  const ids = await redis.lrange(queue.toKey('active'), 0, -1);
  const leases = await Promise.all(ids.map((id) => leaseOf(redis, named, id)));
  return leases
    .filter((lease) => lease !== undefined)
    .toSorted((a, b) => Number(b.isOverdue) - Number(a.isOverdue) || a.since - b.since);
}

async function leaseOf(
  redis: Redis,
  { queue, provider }: NamedQueue,
  id: string,
): Promise<TaskLease | undefined> {
  const key = queue.toKey(id);
  const [[text, worker, since], leftMs, token] = await Promise.all([
    redis.hmget(key, 'data', 'pb', 'processedOn'),
    redis.pttl(`${key}:lock`),
    redis.get(`${key}:lock`),
  ]);
  if (!text) return undefined;
  const isOverdue = leftMs < 0;
  const until = isOverdue ? null : Date.now() + leftMs;
  const holder = { worker: worker ?? '', token: token ?? '', until: until ?? 0 };
  return {
    ...{ provider, job: id, worker: worker ?? '', since: Number(since ?? 0) },
    ...{ until, isOverdue },
    parts: queue.name === DISCOVERY_QUEUE ? [] : await partsOf(redis, JSON.parse(text) as JobData, holder),
  };
}

async function partsOf(
  redis: Redis,
  data: JobData,
  holder: Parameters<typeof claimed>[2],
): Promise<TaskLease['parts']> {
  try {
    const [run, { task }] = await Promise.all([readRun(redis, data.run), orderOf(data, redis)]);
    if (run === undefined) return [];
    return claimed(run, task, holder).map(
      ({ coordinator_id, lease_key, node_id, interval, batch_start, batch_end }) => ({
        ...{ coordinator_id, lease_key, node_id, interval, batch_start, batch_end },
      }),
    );
  } catch {
    // A part of it that lay beside the run is gone.
    return [];
  }
}

/**
 * Has the tasks whose worker gave no sign for too long go back to where another takes them, as workers do by themselves within
 * half a minute; one that was started too often is parked. Gives how many are not in work any more.
 */
export async function recoverOverdue(redis: Redis, named: NamedQueue): Promise<number> {
  const { queue } = named;
  const before = (await leasesOf(redis, named)).filter(({ isOverdue }) => isOverdue);
  if (before.length === 0) return 0;
  const worker = new Worker(queue.name, undefined, {
    ...{ connection: redis, prefix: PREFIX, autorun: false, maxStalledCount: MOST_STARTS },
  });
  worker.on('error', () => undefined);
  // The first look marks what is in work, the second takes back what is still without a lock.
  for (let look = 0; look < 2; look++) {
    await redis.del(queue.toKey('stalled-check'));
    await worker.getBackend().moveStalledJobsToWait();
  }
  await worker.close();
  const active = new Set(await redis.lrange(queue.toKey('active'), 0, -1));
  return before.filter(({ job }) => !active.has(job)).length;
}
