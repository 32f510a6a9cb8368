import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { BackfillError, errorData } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import { redisAddress } from '../redis/address.ts';
import { connectRedis } from '../redis/connection.ts';
import { isRefusal } from '../redis/patient.ts';
import { whyNot } from '../redis/words.ts';
import type { HandedOver } from './handed-over.ts';
import { type SeenMachine, readMachines } from './machines.ts';
import { type TaskLease, leasesOf, recoverOverdue } from './leases.ts';
import { openStore } from '../store/open.ts';
import { DISCOVERY_QUEUE, PREFIX } from './names.ts';
import { type TakenOut, takeOutParked } from './parked.ts';
import { type Ping, ping } from './ping.ts';
import { type NamedQueue, readQueues } from './queues.ts';
import { type Role, byProcess, roleOf } from './roles.ts';
import { type RegisteredRun, readRuns } from './run.ts';
import { type WaitingTasks, drainQueue, waitingByRun } from './waiting.ts';

/** How many tasks of a queue are in which state. */
export interface Depth {
  /** Its provider; `discovery`: runs that nobody waits for. */
  readonly provider: string;
  /** Where its tasks write, as it is shown; null: they are of any store. */
  readonly store: string | null;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Those that were given up. */
  readonly failed: number;
  /** How long the first that waits has waited, ms; null: none waits. */
  readonly oldestMs: number | null;
}

/** The queues of a Redis, for whoever looks after them: neither a planner nor a worker. */
export class QueueDesk {
  readonly redis: Redis;
  /** Its URL, without the password. */
  readonly server: string;
  readonly #queues = new Map<string, NamedQueue>();

  private constructor(redis: Redis, server: string) {
    this.redis = redis;
    this.server = server;
  }

  /** Connects. Throws `usage` for what is no URL of one, and `queue-unusable`. */
  static async open(url: string): Promise<QueueDesk> {
    const address = redisAddress(url);
    return new QueueDesk(await connectRedis(address, { writes: false }), address.shown);
  }

  /** Those that there are, by name; that of runs which nobody waits for is last. */
  async queues(): Promise<readonly NamedQueue[]> {
    const known = await readQueues(this.redis);
    const names = [...known.keys()].toSorted();
    return [...names, DISCOVERY_QUEUE].map((name) => {
      const { provider = DISCOVERY_QUEUE, store = null } = known.get(name) ?? {};
      return this.#queues.get(name) ?? this.#open(name, { provider, store });
    });
  }

  #open(name: string, whose: Pick<NamedQueue, 'provider' | 'store'>): NamedQueue {
    const queue = new Queue(name, { connection: this.redis, prefix: PREFIX });
    // Whoever asks while its Redis is away waits, or is told so.
    queue.on('error', () => undefined);
    const named = { queue, ...whose };
    this.#queues.set(name, named);
    return named;
  }

  /** How many tasks wait, are in work, failed …, of each queue. */
  async depths(): Promise<readonly Depth[]> {
    const queues = await this.queues();
    const now = Date.now();
    return Promise.all(queues.map((queue) => depthOf(queue, now)));
  }

  /** Those that were heard of in the last hour, those first that are there. */
  async machines(): Promise<readonly (SeenMachine & { readonly role: Role })[]> {
    const machines = byProcess(await readMachines(this.redis));
    return machines.map((machine) => ({ ...machine, role: roleOf(machine) }));
  }

  /** Runs that have not ended, by their ids. */
  runs(): Promise<readonly RegisteredRun[]> {
    return readRuns(this.redis);
  }

  /** What its server and the machines that share it say of themselves. */
  ping(): Promise<Ping> {
    return ping(this.redis, this.server);
  }

  /** Tasks in work. */
  async leases(): Promise<readonly TaskLease[]> {
    return this.#ofEach((queue) => leasesOf(this.redis, queue));
  }

  /** Has overdue tasks go back to where another takes them; gives how many did. */
  async recover(): Promise<number> {
    const counts = await this.#ofEach(async (queue) => [await recoverOverdue(this.redis, queue)]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** What waits, by queue and run. */
  waiting(): Promise<readonly WaitingTasks[]> {
    return this.#ofEach((queue) => waitingByRun(this.redis, queue));
  }

  /**
   * Removes that, and stops the runs that it is of; gives what was removed. What their stores keep of whole runs goes too.
   * `store`: URL of one, with its password. Default: they are opened as their runs tell them. `onKept` is told, a line each, of
   * runs whose store could not be used.
   */
  drain(store?: string, onKept: (line: string) => void = () => undefined): Promise<readonly WaitingTasks[]> {
    return this.#ofEach((queue) => drainQueue(this.redis, queue, (handed) => letGo(handed, store, onKept)));
  }

  /**
   * Takes the tasks of a store out that were given up, and tells what they were for; whole runs of it wait again. `store`: its
   * URL.
   */
  async takeOutParked(store: string): Promise<readonly TakenOut[]> {
    const { url } = openStore(store);
    return this.#ofEach(async (queue) => [await takeOutParked(this.redis, queue, url)]);
  }

  async #ofEach<T>(what: (queue: NamedQueue) => Promise<readonly T[]>): Promise<readonly T[]> {
    let all: readonly T[] = [];
    try {
      for (const queue of await this.queues()) all = all.concat(await what(queue));
      return all;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const message = `the Redis server ${this.server} does not do that: ${whyNot(error)}`;
      throw new BackfillError('queue-unusable', message, { cause: error });
    }
  }

  /** Lets go of the Redis. */
  async close(): Promise<void> {
    for (const { queue } of this.#queues.values()) await queue.close();
    this.redis.disconnect();
  }
}

async function depthOf({ queue, provider, store }: NamedQueue, now: number): Promise<Depth> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  const [first] = waiting === 0 ? [] : await queue.getWaiting(0, 0);
  const oldestMs = first === undefined ? null : Math.max(0, now - first.timestamp);
  return { provider, store, waiting: waiting + prioritized, active, delayed, failed, oldestMs };
}

/** Has a store keep a run no more. */
async function letGo(
  { run, store: its }: HandedOver,
  given: string | undefined,
  onKept: (line: string) => void,
): Promise<void> {
  try {
    const own = given === undefined ? undefined : openStore(given);
    const store = own !== undefined && isSameStore(own.url, its) ? own : openStore(its);
    await store.handedOver.drop(run);
  } catch (error) {
    onKept(
      `run ${run} is kept in its store until a worker that plans looks there: ${errorData(error).message}`,
    );
  }
}
