import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { monotonicNow } from '../providers/http/gate-state.ts';
import type { Carried } from './carried.ts';
import type { JobData } from './job.ts';
import { PREFIX } from './names.ts';
import type { QueuePace } from './options.ts';
import { atMost } from './outcomes.ts';

/** Times that a job may be started, and that it may be taken from a worker that gave no sign. */
export const MOST_STARTS = 3;

/** How long the end of a consumer that hangs is waited for, ms. */
const CLOSE_MS = 2000;

/** How often is looked whether a consumer hangs, ms. */
const LOOK_MS = 5000;

export interface ProviderQueueOptions {
  readonly redis: Redis;
  readonly provider: string;
  /** In Redis. */
  readonly queue: string;
  /** Of the worker. */
  readonly name: string;
  readonly pace: QueuePace;
  readonly atOnce: number;
  /** `token`: of the lock under which the job is this worker's. */
  readonly process: (job: Job<JobData>, token: string) => Promise<Carried>;
  readonly onNote: (line: string) => void;
}

/** What a worker takes from the queue of one provider. */
export class ProviderQueue {
  readonly provider: string;
  readonly #options: ProviderQueueOptions;
  #consumer: Worker<JobData, Carried>;
  #inWork = 0;
  /** When it last took a job, or was seen to have none to take, by the gates' clock. */
  #aliveAt = monotonicNow();
  #lookedAt = monotonicNow();
  #isPaused = false;

  constructor(options: ProviderQueueOptions) {
    this.#options = options;
    this.provider = options.provider;
    this.#consumer = this.#start(options.atOnce);
  }

  get inWork(): number {
    return this.#inWork;
  }

  get atOnce(): number {
    return this.#consumer.concurrency;
  }

  set atOnce(tasks: number) {
    if (tasks !== this.#consumer.concurrency) this.#consumer.concurrency = tasks;
  }

  /** Takes no more. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#consumer.pause(true);
  }

  /** Takes jobs again. */
  resume(): void {
    this.#isPaused = false;
    this.#aliveAt = monotonicNow();
    void this.#consumer.resume();
  }

  /** Makes its consumer anew where that hangs: after a restart of Redis some never take a job again. */
  async look(): Promise<void> {
    const now = monotonicNow();
    if (now - this.#lookedAt < Math.min(LOOK_MS, this.#options.pace.stuckMs / 2)) return;
    this.#lookedAt = now;
    const { redis, pace, queue, onNote } = this.#options;
    const key = `${PREFIX}:${queue}`;
    const [waiting, isQueuePaused] = await Promise.all([
      redis.llen(`${key}:wait`),
      redis.hexists(`${key}:meta`, 'paused'),
    ]);
    if (waiting === 0 || isQueuePaused === 1 || this.#inWork > 0) this.#aliveAt = now;
    if (this.#isPaused || now - this.#aliveAt <= pace.stuckMs) return;
    this.#aliveAt = now;
    onNote(`took nothing from the queue ${this.provider} although ${waiting} wait there; connects anew`);
    const old = this.#consumer;
    this.#consumer = this.#start(old.concurrency);
    void old.close(true).catch(() => undefined);
  }

  /** `isAway`: its server does not answer, so that nothing that it is told ends. */
  async close(isAway: boolean): Promise<void> {
    this.#isPaused = true;
    await atMost(CLOSE_MS, this.#consumer.close(isAway || this.#inWork > 0));
  }

  #start(atOnce: number): Worker<JobData, Carried> {
    const { redis, queue, name, pace, process } = this.#options;
    const consumer = new Worker<JobData, Carried>(
      queue,
      async (job, token = '') => {
        this.#inWork++;
        this.#aliveAt = monotonicNow();
        try {
          return await process(job, token);
        } finally {
          this.#inWork--;
          this.#aliveAt = monotonicNow();
        }
      },
      {
        ...{ connection: redis, prefix: PREFIX, name, concurrency: atOnce },
        ...{ lockDuration: pace.lockMs, stalledInterval: pace.lockMs },
        ...{ maxStalledCount: MOST_STARTS, maxStartedAttempts: MOST_STARTS },
        runRetryDelay: Math.min(1000, pace.lockMs),
      },
    );
    // It tries again by itself; that it takes nothing is seen by `look`.
    consumer.on('error', () => undefined);
    return consumer;
  }
}
