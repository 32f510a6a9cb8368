import type { Redis } from 'ioredis';
import type { Runner, TaskResult } from '../backfill/runner.ts';
import { errorData, type ErrorData } from '../core/errors.ts';
import type { Quota } from '../core/plan/quota.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import type { Lease } from '../store/store.ts';
import { flushCounts } from './counts.ts';
import type { CarriedOrder } from './job.ts';
import { GONE_MS } from './machines.ts';
import { workersKey } from './names.ts';
import { PACE, type QueueWorkerOptions } from './options.ts';
import type { RegisteredRun } from './run.ts';

/** How long a run that Redis does not know any more may come back, ms: its planner tells it anew. */
const UNKNOWN_MS = 15_000;

type Tools = Pick<QueueWorkerOptions, 'redis' | 'join' | 'openRunner' | 'storeUrl' | 'pace'>;

/** A run that this worker works for: it holds the lease of the store with the run's planner, and what executes its tasks. */
export class WorkedRun {
  /** As it was registered when this worker joined it. */
  readonly run: RegisteredRun;
  readonly quotas: readonly Quota[];
  readonly #redis: Redis;
  readonly #storeUrl: string;
  readonly #idleMs: number;
  readonly #runner: Runner;
  readonly #lease: Pick<Lease, 'lock' | 'release'> | undefined;
  /** In the run's hashes: of this worker and of the time that it joined. */
  readonly #member: string;
  #inWork = 0;
  #usedAt = monotonicNow();
  #unknownSince: number | undefined;
  #isCancelled = false;
  #isAbandoned = false;
  #isGivenUp = false;
  #leaving: Promise<void> | undefined;

  private constructor(
    run: RegisteredRun,
    member: string,
    { redis, storeUrl, pace }: Tools,
    opened: { runner: Runner; quotas: readonly Quota[]; lease: Pick<Lease, 'lock' | 'release'> | undefined },
  ) {
    this.run = run;
    this.#member = member;
    this.#redis = redis;
    this.#storeUrl = storeUrl;
    this.#idleMs = pace?.idleMs ?? PACE.idleMs;
    this.#runner = opened.runner;
    this.#lease = opened.lease;
    this.quotas = opened.quotas;
  }

  /** Joins a run. Throws what joining its lease and opening its runner throw. */
  static async join(run: RegisteredRun, worker: string, tools: Tools): Promise<WorkedRun> {
    const member = `${worker}@${process.hrtime.bigint()}`;
    // First of all: the end of the run waits for whoever is there.
    await tools.redis.hset(workersKey(run.id), member, worker);
    let lease: Pick<Lease, 'lock' | 'release'> | undefined;
    try {
      lease = run.lock === undefined ? undefined : await tools.join(run.lock);
      const opened = await tools.openRunner(run);
      return new WorkedRun(run, member, tools, { ...opened, lease });
    } catch (error) {
      await lease?.release();
      await tools.redis.hdel(workersKey(run.id), member);
      throw error;
    }
  }

  get throttles(): number {
    return this.#runner.traffic.now().throttles;
  }

  /** What its provider showed by its refusals. */
  get learned(): Quota | null {
    return this.#runner.traffic.now().learned;
  }

  /** Whether it takes no jobs any more. */
  get isLeaving(): boolean {
    return this.#leaving !== undefined;
  }

  /** Its counts are told before its result is. */
  async do({ task, now, told }: CarriedOrder): Promise<TaskResult> {
    const { provider, isDerived, before } = this.run;
    const lock = this.#lease?.lock;
    this.#inWork++;
    try {
      const context = {
        ...{ storeUrl: this.#storeUrl, provider, ...(lock !== undefined && { lock }) },
        ...(isDerived && { isDerived }),
        ...(before && { before }),
      };
      const result = await this.#runner.run({ task, context, now, ...(told && { told }) });
      await this.flush();
      return result;
    } finally {
      this.#inWork--;
      this.#usedAt = monotonicNow();
    }
  }

  flush(failure?: ErrorData): Promise<void> {
    const counts = { ...this.#runner.traffic.now(), ...(failure && { failure }) };
    return flushCounts(this.#redis, this.run.id, this.#member, counts);
  }

  /** Follows what became of the run. Gives whether this worker has nothing to do for it any more. */
  follow(run: RegisteredRun | undefined): boolean {
    const now = monotonicNow();
    if (run === undefined) {
      this.#unknownSince ??= now;
      return now - this.#unknownSince > UNKNOWN_MS;
    }
    this.#unknownSince = undefined;
    if (run.state === 'cancelled') this.#cancel();
    if (run.state === 'abandoned') this.abandon();
    const isPlanned = run.plannerSilentMs <= GONE_MS;
    const isIdle = this.#inWork === 0 && now - this.#usedAt > this.#idleMs;
    return run.state === 'ended' || run.lock !== this.run.lock || (!isPlanned && isIdle);
  }

  /** Whether its planner stopped it. */
  get isStopped(): boolean {
    return this.#isCancelled && !this.#isGivenUp;
  }

  #cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#runner.traffic.cancel();
  }

  /** Ends what is in work here: another worker does it. */
  giveUp(): void {
    if (!this.#isCancelled) this.#isGivenUp = true;
    this.abandon();
  }

  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    this.#cancel();
    this.#runner.abandon();
  }

  /** Ends what is in work of it, and lets go of the lease. Never throws. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    if (this.#inWork > 0) this.abandon();
    const failure = await this.#runner.close().then(
      () => undefined,
      (error: unknown) => errorData(error),
    );
    await this.flush(failure).catch(() => undefined);
    // What keeps the lease from being let go is the store's trouble: it frees itself.
    await this.#lease?.release().catch(() => undefined);
    await this.#redis.hdel(workersKey(this.run.id), this.#member).catch(() => undefined);
  }
}
