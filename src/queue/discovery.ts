import { Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { errorData } from '../core/errors.ts';
import { type Carried, carry, unpack } from './carried.ts';
import { DISCOVERY_QUEUE, PREFIX } from './names.ts';
import { PACE, type QueuePace } from './options.ts';
import { atMost, reasonOf } from './outcomes.ts';

/** Of a request, what its job itself carries. */
const REQUEST_CHARS = 64 * 1024;

/** Times that a request is tried that another planner, or another writer of the store, is in the way of; and between two, ms. */
const RETRIES = { attempts: 20, backoff: { type: 'fixed', delay: 15_000 } };

/** How long what ended is kept, s, and how much of it. */
const KEPT = { removeOnComplete: { age: 86_400, count: 1000 }, removeOnFail: { age: 604_800, count: 1000 } };

/** A request that is left to whichever worker plans. Plain JSON. */
interface DiscoveryJob {
  /** As it is shown. */
  readonly store: string;
  readonly request: Carried;
  /** The run that it became, as soon as there is one. */
  readonly run?: string;
}

/** Leaves a request to whichever worker plans. `id`: of its job, of no other. */
export async function addDiscovery(
  redis: Redis,
  { id, store, request }: { readonly id: string; readonly store: string; readonly request: unknown },
): Promise<void> {
  const queue = new Queue<DiscoveryJob>(DISCOVERY_QUEUE, { connection: redis, prefix: PREFIX });
  queue.on('error', () => undefined);
  try {
    const carried = await carry(request, REQUEST_CHARS, { redis, run: id, id: 'request' });
    await queue.add('backfill', { store, request: carried }, { ...KEPT, ...RETRIES, jobId: id });
  } finally {
    await queue.close();
  }
}

export interface DiscoveryOptions<Request> {
  readonly redis: Redis;
  readonly name: string;
  readonly store: string;
  readonly pace?: Partial<QueuePace>;
  /** Plans a request and carries it out, or goes on with the run that it became. What it gives is kept with the job. */
  readonly plan: (request: Request, how: PlanHow) => Promise<object>;
}

export interface PlanHow {
  /** Undefined: nobody began it. */
  readonly run: string | undefined;
  /** Is told the id of the run that it becomes. */
  readonly onBegun: (run: string) => void;
  /** Aborted where the worker ends. */
  readonly stop: AbortSignal;
}

/** A worker that plans, one request at a time. */
export interface DiscoveryWorker {
  /** Takes no more, and gives back what it has: another one goes on with it. */
  drain(): Promise<void>;
}

export function startDiscovery<Request>(options: DiscoveryOptions<Request>): DiscoveryWorker {
  const { redis, name, store, plan } = options;
  const { lockMs } = { ...PACE, ...options.pace };
  const stopping = new AbortController();
  const worker = new Worker<DiscoveryJob, object>(
    DISCOVERY_QUEUE,
    async (job, token = '') => {
      const { id = '', data } = job;
      try {
        if (data.store !== store)
          throw new UnrecoverableError(
            `it is for the store ${data.store}, and the worker ${name} has ${store}`,
          );
        const request = await unpack<Request>(data.request, { redis, run: id });
        const onBegun = (run: string): void =>
          // Without it, whoever goes on begins anew.
          void job.updateData({ ...data, run }).catch(() => undefined);
        const ended = await plan(request, { run: data.run, onBegun, stop: stopping.signal });
        if (!stopping.signal.aborted) return ended;
        await job.moveToWait(token);
        throw new WaitingError();
      } catch (error) {
        if (error instanceof WaitingError || error instanceof UnrecoverableError) throw error;
        const isInTheWay = errorData(error).code === 'store-locked';
        throw isInTheWay
          ? new Error(reasonOf(error), { cause: error })
          : new UnrecoverableError(reasonOf(error));
      }
    },
    {
      ...{ connection: redis, prefix: PREFIX, name, concurrency: 1, maxStalledCount: 3 },
      ...{ lockDuration: lockMs, stalledInterval: lockMs },
    },
  );
  worker.on('error', () => undefined);
  return {
    drain: async () => {
      stopping.abort();
      await atMost(lockMs, worker.close());
    },
  };
}
