import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TaskOrder, TaskResult } from '../backfill/runner.ts';
import { type BackfillError } from '../core/errors.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { type Carried, dropPart, unpack } from './carried.ts';
import { type JobData, JobMaker } from './job.ts';
import type { QueuePace } from './options.ts';
import { errorOfJob, failed, isLost, lostByQueue, stopped } from './outcomes.ts';

/** Times that a job is added that is nowhere, at most: whoever empties the queue without end has the task fail. */
const MOST_ADDS = 5;

/** Jobs that one look looks for. */
const AT_A_LOOK = 500;

/** A task of which nobody knows yet what becomes. */
interface Outstanding {
  readonly order: TaskOrder;
  readonly settle: (result: TaskResult) => void;
  isSettled: boolean;
  job: string | undefined;
  adds: number;
  /** When it was last seen to be somewhere, by the gates' clock. */
  heardAt: number;
  /** Looks in a row that did not find it. */
  missed: number;
}

/**
 * The jobs of one run as its planner sees them: each has a task whose result is waited for. What is heard of them is heard by
 * events; since a stream of events is trimmed and a Redis may be emptied, those that are silent are looked for.
 */
export class Jobs {
  readonly #redis: Redis;
  readonly #run: string;
  readonly #queue: Queue<JobData>;
  readonly #pace: QueuePace;
  readonly #maker: JobMaker;
  readonly #all = new Set<Outstanding>();
  readonly #byJob = new Map<string, Outstanding>();
  /** Why what waits is taken back, and what is new refused, but for what asks nothing. */
  #isCancelled = false;
  /** Tasks that were given out more than once. */
  givenAgain = 0;

  constructor(redis: Redis, run: string, queue: Queue<JobData>, pace: QueuePace) {
    this.#redis = redis;
    this.#run = run;
    this.#queue = queue;
    this.#pace = pace;
    this.#maker = new JobMaker(redis, run);
  }

  get size(): number {
    return this.#all.size;
  }

  has(job: string): boolean {
    return this.#byJob.has(job);
  }

  run(order: TaskOrder): Promise<TaskResult> {
    if (this.#isTakenBack(order)) return Promise.resolve(failed(order, stopped()));
    return new Promise((settle) => {
      const one: Outstanding = {
        ...{ order, settle, isSettled: false, job: undefined, adds: 0, heardAt: monotonicNow(), missed: 0 },
      };
      this.#all.add(one);
      void this.#add(one);
    });
  }

  /** Takes back what waits, but for what asks nothing, and refuses what is to come of that kind. */
  async cancel(): Promise<void> {
    this.#isCancelled = true;
    const own = [...this.#all].filter(({ order }) => this.#isTakenBack(order));
    await Promise.all(own.map((one) => this.#takeBack(one)));
  }

  /** Every task is settled so, whatever its job does. Gives the jobs. */
  settleAll(why: BackfillError): readonly string[] {
    const jobs = [...this.#all].flatMap(({ job }) => job ?? []);
    for (const one of this.#all) this.#settle(one, failed(one.order, why));
    return jobs;
  }

  async remove(jobs: readonly string[]): Promise<void> {
    await Promise.all(jobs.map((job) => this.#queue.remove(job)));
  }

  async onCompleted(job: string, value: unknown): Promise<void> {
    const one = this.#byJob.get(job);
    if (one === undefined) return;
    try {
      const place = { redis: this.#redis, run: this.#run };
      const result = await unpack<TaskResult>(value as Carried, place);
      this.#settle(one, result);
      await dropPart(value as Carried, place);
    } catch (error) {
      // The result is gone, with which whatever it did is stored: it does it again.
      if (!one.isSettled) this.#addAgain(one, error);
    }
  }

  async onFailed(job: string, reason: string): Promise<void> {
    const one = this.#byJob.get(job);
    if (one === undefined) return;
    if (isLost(reason)) this.#addAgain(one, new Error(reason));
    else this.#settle(one, failed(one.order, errorOfJob(reason)));
  }

  /** What lay in Redis is gone. */
  startAnew(): void {
    this.#maker.startAnew();
  }

  /** Looks for those of which nothing was heard for long. */
  async look(): Promise<void> {
    const now = monotonicNow();
    const silent = [...this.#byJob].filter(([, { heardAt }]) => now - heardAt > this.#pace.silentMs);
    const looked = silent.slice(0, AT_A_LOOK);
    if (looked.length === 0) return;
    const asked = this.#redis.pipeline();
    for (const [job] of looked)
      asked.hmget(this.#queue.toKey(job), 'timestamp', 'finishedOn', 'failedReason', 'returnvalue');
    const found = (await asked.exec()) ?? [];
    for (const [i, [job, one]] of looked.entries()) {
      const [error, fields] = found[i] ?? [];
      if (error || one.isSettled || one.job !== job) continue;
      await this.#found(job, one, fields as (string | null)[]);
    }
  }

  async #found(job: string, one: Outstanding, fields: (string | null)[]): Promise<void> {
    const [timestamp, finishedOn, failedReason, value] = fields;
    one.heardAt = monotonicNow();
    one.missed = timestamp ? 0 : one.missed + 1;
    if (finishedOn && failedReason) return this.onFailed(job, failedReason);
    if (finishedOn) return this.onCompleted(job, value ? JSON.parse(value) : undefined);
    // One that has just ended may be gone by now, and its event under way.
    if (one.missed > 1) this.#addAgain(one, new Error('it is not in the queue any more'));
  }

  /** Whoever looks does not wait for it: another planner's job may be in the way for long. */
  #addAgain(one: Outstanding, why: unknown): void {
    if (one.job !== undefined) this.#byJob.delete(one.job);
    if (one.adds < MOST_ADDS) {
      if (one.adds === 1) this.givenAgain++;
      void this.#add(one);
      return;
    }
    const reason = why instanceof Error ? why.message : String(why);
    const message = `its job was lost ${one.adds} times: ${reason}`;
    this.#settle(one, failed(one.order, lostByQueue(message)));
  }

  async #add(one: Outstanding): Promise<void> {
    one.adds++;
    one.missed = 0;
    try {
      const job = await this.#maker.make(one.order);
      for (;;) {
        if (one.isSettled) return;
        this.#listenTo(one, job.id);
        const { id = job.id } = await this.#queue.add(job.name, job.data, job.options);
        if (id === job.id || (await this.#isSame(one, id, job.data))) break;
        this.#byJob.delete(job.id);
        await sleep(this.#pace.lookMs);
      }
      one.heardAt = monotonicNow();
      if (one.isSettled && one.job !== undefined) await this.#queue.remove(one.job);
      else if (this.#isTakenBack(one.order)) await this.#takeBack(one);
    } catch (error) {
      this.#settle(one, failed(one.order, error));
    }
  }

  /** Whether a job that is in the way, of the planner before, is the same task: then it is this one's. */
  async #isSame(one: Outstanding, job: string, { key }: JobData): Promise<boolean> {
    const text = await this.#redis.hget(this.#queue.toKey(job), 'data');
    if (text === null || (JSON.parse(text) as JobData).key !== key) return false;
    if (one.job !== undefined) this.#byJob.delete(one.job);
    this.#listenTo(one, job);
    return true;
  }

  #listenTo(one: Outstanding, job: string): void {
    one.job = job;
    this.#byJob.set(job, one);
  }

  async #takeBack(one: Outstanding): Promise<void> {
    if (one.job === undefined || one.isSettled) return;
    if ((await this.#queue.remove(one.job)) === 1) this.#settle(one, failed(one.order, stopped()));
  }

  #isTakenBack({ task }: TaskOrder): boolean {
    return this.#isCancelled && !('bucket' in task);
  }

  #settle(one: Outstanding, result: TaskResult): void {
    if (one.isSettled) return;
    one.isSettled = true;
    this.#all.delete(one);
    if (one.job !== undefined) this.#byJob.delete(one.job);
    one.settle(result);
  }
}
