import { createHash, randomBytes } from 'node:crypto';
import type { JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Told } from '../backfill/told-actions.ts';
import type { TaskOrder, TaskResult } from '../backfill/runner.ts';
import type { Task } from '../core/plan/task.ts';
import { type Carried, carry, unpack } from './carried.ts';
import { PARKED_SECONDS } from './names.ts';

/** What a job is bounded by: its data as it lies in Redis, bytes. */
export const MOST_JOB_BYTES = 256 * 1024;

/** Of these, those for the order; the rest is for names. */
const ORDER_CHARS = MOST_JOB_BYTES - 4096;

/** What is told of splits lies beside the run if it is larger: several tasks are told the same. */
const TOLD_CHARS = 8192;

/** A result goes through the stream of events too, which keeps thousands. */
const RESULT_CHARS = 16 * 1024;

/** What a job consists of. What is its run's is in the run's hash. Plain JSON. */
export interface JobData {
  readonly run: string;
  /** The same for the same task. */
  readonly key: string;
  /** An `OwnOrder`. */
  readonly order: Carried;
  /** What came of the task that it waited for, a `Told`. */
  readonly told?: Carried;
}

/** Of an order, what is no other's. */
interface OwnOrder {
  readonly task: Task;
  readonly now: number;
}

/** What a worker needs to do a job besides its run's context. */
export type CarriedOrder = Pick<TaskOrder, 'task' | 'now' | 'told'>;

/** A job as it is added. */
export interface NewJob {
  readonly id: string;
  /** As a dashboard shows it. */
  readonly name: string;
  readonly data: JobData;
  readonly options: JobsOptions;
}

/** How long, s, and how many of the jobs are kept that ended, and of those that failed: for whoever looks. */
const KEPT = {
  removeOnComplete: { age: 3600, count: 5000 },
  removeOnFail: { age: PARKED_SECONDS, count: 10_000 },
};

/**
 * Makes jobs of the orders of a run. What is told to many of them is put beside the run once.
 */
export class JobMaker {
  readonly #redis: Redis;
  readonly #run: string;
  #told = new WeakMap<Told, Promise<Carried>>();
  #made = 0;

  constructor(redis: Redis, run: string) {
    this.#redis = redis;
    this.#run = run;
  }

  /** What lay in Redis is gone. */
  startAnew(): void {
    this.#told = new WeakMap();
  }

  /** A job with an id that no other has: one that has ended keeps none from being added again. */
  async make({ task, now, told }: TaskOrder): Promise<NewJob> {
    const id = `${this.#run.replaceAll(':', '_')}-${this.#made++}-${randomBytes(4).toString('hex')}`;
    const place = { redis: this.#redis, run: this.#run };
    const own: OwnOrder = { task, now };
    const order = await carry(own, ORDER_CHARS - TOLD_CHARS, { ...place, id });
    const data: JobData = {
      ...{ run: this.#run, key: hashOf(JSON.stringify(task)), order },
      ...(told && { told: await this.#carryTold(told) }),
    };
    const deduplication = { id: `${this.#run}:${hashOf(whatItWrites(task))}` };
    return { id, name: task.id.slice(0, 200), data, options: { ...KEPT, jobId: id, deduplication } };
  }

  #carryTold(told: Told): Promise<Carried> {
    const known = this.#told.get(told);
    if (known !== undefined) return known;
    const id = `told-${hashOf(JSON.stringify(told))}`;
    const carried = carry(told, TOLD_CHARS, { redis: this.#redis, run: this.#run, id });
    this.#told.set(told, carried);
    return carried;
  }
}

/** No two jobs of a run that write the same are in its queue at once. */
function whatItWrites({ partitions, id }: Task): string {
  return partitions.length === 0 ? id : partitions.toSorted().join('\n');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

export async function orderOf({ run, order, told }: JobData, redis: Redis): Promise<CarriedOrder> {
  const own = await unpack<OwnOrder>(order, { redis, run });
  return told === undefined ? own : { ...own, told: await unpack<Told>(told, { redis, run }) };
}

/** A task's result as its job gives it. */
export function carryResult(result: TaskResult, run: string, job: string, redis: Redis): Promise<Carried> {
  return carry(result, RESULT_CHARS, { redis, run, id: `result-${job}` });
}
