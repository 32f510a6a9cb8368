import { createHash } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { sameStoreText } from '../core/same-store.ts';
import { QUEUES } from './names.ts';

/** Whose tasks a queue has: whom they ask, and where they write, so that no worker takes a task of another store. Plain JSON. */
export interface QueueOf {
  readonly provider: string;
  /** As its first run showed it. */
  readonly store: string;
}

/** A queue, and what it is called for people. */
export interface NamedQueue {
  readonly queue: Queue;
  /** `discovery`: of runs that nobody waits for. */
  readonly provider: string;
  /** Null: runs of any store are in it. */
  readonly store: string | null;
}

/** How a queue is called in Redis: `yahoo-3f9a0c12`. */
export function queueName({ provider, store }: QueueOf): string {
  return `${provider}-${createHash('sha256').update(sameStoreText(store)).digest('hex').slice(0, 8)}`;
}

/** Those that there are, by their names in Redis. */
export async function readQueues(redis: Redis): Promise<ReadonlyMap<string, QueueOf>> {
  const all = Object.entries(await redis.hgetall(QUEUES));
  return new Map(all.map(([name, text]) => [name, JSON.parse(text) as QueueOf]));
}
