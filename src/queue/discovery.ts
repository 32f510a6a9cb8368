import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import type { HandedOverRuns } from '../store/handed-over.ts';
import { type HandedOver, handOverLost } from './handed-over.ts';
import { type Machine, beat, sayGone } from './machines.ts';
import { DISCOVERY_QUEUE, PREFIX } from './names.ts';
import { PACE, type QueuePace, type QueueWorker } from './options.ts';
import { atMost, reasonOf } from './outcomes.ts';

/** Times that a run may be taken from a planner that gave no sign: each goes on where the one before stood. */
const MOST_STARTS = 20;

/** Times that a run is tried again whose store was away, and how long it waits for that at most, ms. */
const MOST_TRIES = 10;
const LONGEST_MS = 300_000;

/** How long whatever is asked of a server that does not answer is waited for at the end, ms. */
const CLOSE_MS = 2000;

export interface DiscoveryOptions {
  /** Connected; it stays open. */
  readonly redis: Redis;
  readonly name: string;
  /** The store that it writes, as it is shown. */
  readonly store: string;
  /** Those that it keeps. */
  readonly kept: HandedOverRuns;
  /**
   * Carries a run out. `stop`: aborted when this worker is to end; gives whether the run has ended, be it with failures: else
   * another one goes on with it. Throws `store-locked` where its turn has not come, and `store-unusable` where its store was
   * away before it had ended.
   */
  readonly carryOut: (run: string, stop: AbortSignal) => Promise<'ended' | 'interrupted'>;
  readonly onNote?: (line: string) => void;
  readonly pace?: Partial<QueuePace>;
}

/** Takes runs that nobody waits for, one at a time: a store is written by one run. */
export async function startDiscovery(options: DiscoveryOptions): Promise<QueueWorker> {
  const planner = new Discovery(options);
  await planner.start();
  return planner;
}

class Discovery implements QueueWorker {
  readonly id: string;
  readonly #options: DiscoveryOptions;
  readonly #stop = new AbortController();
  readonly #startedAt = Date.now();
  readonly #pace: QueuePace;
  readonly #consumer: Worker<HandedOver>;
  /** Runs that wait, and were said to. */
  readonly #waiting = new Set<string>();
  #inWork = 0;
  /** Until no run is carried out. */
  #carrying: Promise<unknown> = Promise.resolve();
  #done = 0;
  #failed = 0;
  #timers: readonly NodeJS.Timeout[] = [];
  #draining: Promise<void> | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.id = `${options.name}#${randomBytes(3).toString('hex')}`;
    this.#pace = { ...PACE, ...options.pace };
    const { lockMs } = this.#pace;
    this.#consumer = new Worker(DISCOVERY_QUEUE, (job, token = '') => this.#process(job, token), {
      ...{ connection: options.redis, prefix: PREFIX, name: options.name, autorun: false },
      ...{ concurrency: 1, lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: MOST_STARTS },
    });
    this.#consumer.on('error', () => undefined);
  }

  async start(): Promise<void> {
    await this.#beat();
    await this.#handOverLost();
    this.#timers = [
      setInterval(() => void this.#beat().catch(() => undefined), this.#pace.lookMs),
      setInterval(() => void this.#handOverLost(), this.#pace.keptMs),
    ];
    void this.#consumer.run().catch(() => undefined);
  }

  drain(deadlineMs = 0): Promise<void> {
    this.#draining ??= this.#drain(deadlineMs);
    return this.#draining;
  }

  /** Whatever its run does, tasks of it go on: another planner is at it within half a minute if this one is late. */
  async #drain(deadlineMs: number): Promise<void> {
    // Before a run is given back: whose end this is does not take it again.
    void this.#consumer.pause(true);
    this.#stop.abort();
    const isThere = await atMost(CLOSE_MS, this.#beat());
    // Where the server is away, what its consumer tells it has no end; a run in work has.
    if (!isThere) await atMost(deadlineMs, this.#carrying);
    await atMost(isThere ? deadlineMs + CLOSE_MS : CLOSE_MS, this.#consumer.close(!isThere));
    for (const timer of this.#timers) clearInterval(timer);
    await atMost(CLOSE_MS, sayGone(this.#options.redis, this.id));
  }

  #beat(): Promise<void> {
    const machine: Machine = {
      ...{ id: this.id, name: this.#options.name, host: hostname(), pid: process.pid },
      ...{ store: this.#options.store, threads: 0, capacity: { [DISCOVERY_QUEUE]: 1 }, perMinute: 0 },
      ...{ inWork: this.#inWork, done: this.#done, failed: this.#failed, startedAt: this.#startedAt },
      ...(this.#draining !== undefined && { isDraining: true }),
    };
    return beat(this.#options.redis, machine);
  }

  /** What is not to be had now, the store or the queue, is by a later look. */
  async #handOverLost(): Promise<void> {
    const { redis, store, kept, onNote } = this.#options;
    const lost = await handOverLost(redis, store, kept).catch(() => []);
    for (const run of lost) onNote?.(`run ${run}: the queue had lost it; it is handed over again`);
  }

  async #process(job: Job<HandedOver>, token: string): Promise<string> {
    const { run, store } = job.data;
    const { carryOut, onNote = () => undefined } = this.#options;
    this.#inWork++;
    try {
      if (!isSameStore(store, this.#options.store))
        await this.#leave(job, token, `it writes ${store}, and this worker ${this.#options.store}`);
      const carrying = carryOut(run, this.#stop.signal);
      this.#carrying = carrying.catch(() => undefined);
      const end = await carrying;
      this.#waiting.delete(run);
      if (end === 'interrupted' && this.#stop.signal.aborted) await later(() => job.moveToWait(token));
      this.#done++;
      return end;
    } catch (error) {
      if (error instanceof WaitingError || error instanceof DelayedError) throw error;
      if (error instanceof BackfillError && error.code === 'store-locked')
        return await this.#leave(job, token, error.message);
      if (error instanceof BackfillError && error.code === 'store-unusable' && isToTryAgain(job.data))
        return await this.#tryAgain(job, token, error.message);
      this.#failed++;
      onNote(`run ${run} could not be carried out: ${reasonOf(error)}`);
      throw new Error(reasonOf(error), { cause: error });
    } finally {
      this.#inWork--;
    }
  }

  /** Its store may be back a little later. Throws `DelayedError`. */
  async #tryAgain(job: Job<HandedOver>, token: string, why: string): Promise<never> {
    const { run, tries = 0 } = job.data;
    const waitMs = Math.min(LONGEST_MS, this.#pace.busyMs * 2 ** tries);
    await job.updateData({ ...job.data, tries: tries + 1, why });
    const seconds = Math.ceil(waitMs / 1000);
    this.#options.onNote?.(
      `run ${run} is tried again in ${seconds} s (${tries + 1} of ${MOST_TRIES} times), for its store was away: ${why}`,
    );
    await job.moveToDelayed(Date.now() + waitMs, token);
    throw new DelayedError();
  }

  /** Whoever takes it a little later may have more luck. Throws `DelayedError`. */
  async #leave(job: Job<HandedOver>, token: string, why: string): Promise<never> {
    const { run } = job.data;
    // It may wait through a night.
    if (!this.#waiting.has(run)) this.#options.onNote?.(`run ${run} waits: ${why}`);
    this.#waiting.add(run);
    await job.moveToDelayed(Date.now() + this.#pace.busyMs, token);
    throw new DelayedError();
  }
}

function isToTryAgain({ tries = 0 }: HandedOver): boolean {
  return tries < MOST_TRIES;
}

/** Gives a job back. Throws `WaitingError`. */
async function later(giveBack: () => Promise<unknown>): Promise<never> {
  await giveBack();
  throw new WaitingError();
}
