import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Redis } from 'ioredis';
import type { Runner } from '../../src/backfill/runner.ts';
import type { LeaseEvent } from '../../src/queue/lease-events.ts';
import type {
  QueuePace,
  QueueRunnerOptions,
  QueueWorker,
  QueueWorkerOptions,
} from '../../src/queue/options.ts';
import { queueName } from '../../src/queue/queues.ts';
import type { QueueRun } from '../../src/queue/run.ts';
import { openQueueRunner } from '../../src/queue/runner.ts';
import { startQueueWorker } from '../../src/queue/worker.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { type Pretended, pretendedRun, pretendedRunner } from './pretended.ts';

/** What production waits for a minute, a test waits for a second. */
export const QUICK: QueuePace = {
  ...{ lookMs: 50, silentMs: 300, noWorkerMs: 300, leaveMs: 3000, closeMs: 500, lockMs: 1000, stuckMs: 1000 },
  ...{ idleMs: 500, busyMs: 300, keptMs: 300 },
};

/** The queue of the pretended runs. */
export const SAMPLE = queueName({ provider: 'sample', store: 's3://lake/data' });

export let server: RedisServer;
const connections: Redis[] = [];
const workers: QueueWorker[] = [];
const runners: Runner[] = [];

/** Has the tests of a file share a Redis, which each finds empty. */
export function withRedis(): void {
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) runner.abandon();
    await Promise.all(workers.splice(0).map((worker) => worker.drain(0)));
    const [one] = connections;
    await one?.flushall();
    for (const redis of connections.splice(0)) redis.disconnect();
  });
  afterAll(() => server.destroy());
}

export async function connected(): Promise<Redis> {
  const redis = await connectRedis(redisAddress(server.url));
  connections.push(redis);
  return redis;
}

/** A worker whose pools only pretend. */
export interface Hand {
  readonly worker: QueueWorker;
  readonly redis: Redis;
  /** Those that it opened, by run. */
  readonly pools: Map<string, Pretended>;
  readonly leases: LeaseEvent[];
  readonly notes: string[];
  /** Locks that it joined, and those of them that it let go. */
  readonly joined: string[];
  readonly released: string[];
}

export async function hand(name = 'hand', more: Partial<QueueWorkerOptions> = {}): Promise<Hand> {
  const redis = await connected();
  const seen = {
    ...{ pools: new Map<string, Pretended>(), leases: [] as LeaseEvent[], notes: [] as string[] },
    ...{ joined: [] as string[], released: [] as string[] },
  };
  const worker = await startQueueWorker({
    ...{ redis, name, store: 's3://lake/data', storeUrl: 's3://lake/data', threads: 2, pace: QUICK },
    serves: () => true,
    capacityOf: () => 4,
    join: (lock) => {
      seen.joined.push(lock);
      return Promise.resolve({ lock, release: async () => void seen.released.push(lock) });
    },
    openRunner: ({ id }: QueueRun) => {
      const runner = pretendedRunner();
      seen.pools.set(id, runner);
      return Promise.resolve({ runner, quotas: [] });
    },
    onLease: (event) => void seen.leases.push(event),
    onNote: (line) => void seen.notes.push(line),
    ...more,
  });
  workers.push(worker);
  return { worker, redis, ...seen };
}

export async function planner(id: string, more: Partial<QueueRunnerOptions> = {}): Promise<Runner> {
  const redis = more.redis ?? (await connected());
  const runner = await openQueueRunner({
    ...{ redis, run: pretendedRun(id), server: server.url, planner: 'planner', pace: QUICK, ...more },
  });
  runners.push(runner);
  return runner;
}
