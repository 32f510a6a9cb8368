import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TaskResult } from '../backfill/runner.ts';
import { BackfillError, type ErrorData } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { Latency, tasksAtOnce } from './at-once.ts';
import type { Carried } from './carried.ts';
import { type JobData, carryResult, orderOf } from './job.ts';
import { type LeaseEvent, type LeaseHolder, claimed, ended, givenBack } from './lease-events.ts';
import { Looks } from './looks.ts';
import { type Machine, beat, readMachines, sayGone } from './machines.ts';
import { PREFIX } from './names.ts';
import { PACE, type QueuePace, type QueueWorker, type QueueWorkerOptions } from './options.ts';
import { atMost, failed, isCutShort, reasonOf, stopped } from './outcomes.ts';
import { ProviderQueue } from './provider-queue.ts';
import { queueName, readQueues } from './queues.ts';
import { hearOfRuns } from './run-news.ts';
import { Throughput } from './throughput.ts';
import { MOST_GIVEN_BACK, Rest, Unable, storeTrouble } from './unable.ts';
import type { WorkedRun } from './worked-run.ts';
import { WorkedRuns } from './worked-runs.ts';

/** How long what is in work may take to end where nobody says, ms: whoever stops a container waits ten seconds. */
const DRAIN_MS = 8000;

/** How long what was ended may take to be given back, ms; and where the queue's server is known to be away. */
const GIVE_BACK_MS = 5000;
const AWAY_MS = 500;

/** How long a suspect waits that another one is in work, ms. */
const SUSPECT_MS = 200;

/** Starts to take tasks from the queues of the providers that it serves, of whatever run. */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const worker = new TakingWorker(options);
  await worker.start();
  return worker;
}

/** A provider as this worker sees it. */
interface Served {
  readonly queue: ProviderQueue;
  readonly latency: Latency;
  /** Of its runs, at the last look. */
  throttles: number;
  /** While it takes none. */
  rest: Rest | undefined;
}

class TakingWorker implements QueueWorker {
  readonly id: string;
  readonly #options: QueueWorkerOptions;
  readonly #redis: Redis;
  readonly #pace: QueuePace;
  readonly #store: string;
  readonly #startedAt = Date.now();
  readonly #throughput = new Throughput();
  readonly #served = new Map<string, Served>();
  readonly #runs: WorkedRuns;
  #machines = 1;
  readonly #looks: Looks;
  #stopHearing = (): void => undefined;
  #draining: Promise<void> | undefined;
  /** By when what is in work has to have ended, by the gates' clock. */
  #drainBy = Number.POSITIVE_INFINITY;
  #isGivingBack = false;
  /** The job in work here that was started before. */
  #suspect: string | undefined;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#redis = options.redis;
    this.#pace = { ...PACE, ...options.pace };
    this.#store = options.store;
    this.#looks = new Looks(() => this.#look(), this.#pace.lookMs);
    this.id = `${options.name}#${randomBytes(3).toString('hex')}`;
    this.#runs = new WorkedRuns(this.id, options);
  }

  async start(): Promise<void> {
    await this.#look();
    this.#looks.start();
    this.#stopHearing = hearOfRuns(this.#redis, () => this.#looks.atOnce());
  }

  drain(deadlineMs = DRAIN_MS): Promise<void> {
    this.#drainBy = Math.min(this.#drainBy, monotonicNow() + deadlineMs);
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  get #inWork(): number {
    return [...this.#served.values()].reduce((sum, { queue }) => sum + queue.inWork, 0);
  }

  async #look(): Promise<void> {
    for (const { provider, store } of (await readQueues(this.#redis)).values())
      if (
        isSameStore(store, this.#store) &&
        !this.#served.has(provider) &&
        this.#draining === undefined &&
        this.#options.serves(provider)
      )
        this.#serve(provider);
    await beat(this.#redis, this.#machine());
    const machines = await readMachines(this.#redis);
    this.#machines = machines.filter(({ isAlive }) => isAlive).length;
    const runs = await this.#runs.follow();
    for (const served of this.#served.values()) {
      this.#adapt(served, runs);
      await served.queue.look();
      void this.#endRest(served);
    }
  }

  #serve(provider: string): void {
    const { name, capacityOf, onNote = () => undefined } = this.#options;
    const queue = new ProviderQueue({
      ...{ redis: this.#redis, provider, queue: queueName({ provider, store: this.#store }) },
      ...{ name, pace: this.#pace, atOnce: capacityOf(provider), onNote },
      process: (job, token) => this.#process(provider, job, token),
    });
    this.#served.set(provider, { queue, latency: new Latency(), throttles: 0, rest: undefined });
  }

  #machine(): Machine {
    const { name, threads, capacityOf } = this.#options;
    const { done, failed: lost } = this.#throughput;
    const able = [...this.#served].filter(([, { rest }]) => rest === undefined);
    const [trouble] = [...this.#served.values()].flatMap(({ rest }) => rest?.why ?? []);
    const capacity = able.map(([provider]) => [provider, capacityOf(provider)]);
    return {
      ...{ id: this.id, name, host: hostname(), pid: process.pid, store: this.#store, threads },
      ...{ capacity: Object.fromEntries(capacity), inWork: this.#inWork, done, failed: lost },
      ...{ perMinute: this.#throughput.perMinute(monotonicNow()), startedAt: this.#startedAt },
      ...(this.#draining !== undefined && { isDraining: true }),
      ...(trouble !== undefined && { trouble }),
    };
  }

  #adapt(served: Served, runs: readonly WorkedRun[]): void {
    const { queue, latency } = served;
    const own = runs.filter(({ run }) => run.provider.id === queue.provider);
    const throttles = own.reduce((sum, one) => sum + one.throttles, 0);
    const isThrottled = throttles > served.throttles;
    served.throttles = throttles;
    const quotas = own.flatMap((one) => [...one.quotas, ...(one.learned === null ? [] : [one.learned])]);
    queue.atOnce = tasksAtOnce({
      ...{ now: queue.atOnce, most: this.#options.capacityOf(queue.provider), quotas },
      ...{ latencyMs: latency.ms, machines: this.#machines, isThrottled },
    });
  }

  /**
   * A job that was started before is a suspect: perhaps its worker died of it. Only one of them is in work here at a time, so
   * that the guilty one takes no innocent one with it as often as it dies.
   */
  async #process(provider: string, job: Job<JobData>, token: string): Promise<Carried> {
    if (job.attemptsStarted <= 1) return this.#take(provider, job, token);
    if (this.#suspect !== undefined) {
      await job.moveToDelayed(Date.now() + SUSPECT_MS, token);
      await this.#uncount(job);
      throw new DelayedError();
    }
    this.#suspect = job.id;
    try {
      return await this.#take(provider, job, token);
    } finally {
      this.#suspect = undefined;
    }
  }

  async #take(provider: string, job: Job<JobData>, token: string): Promise<Carried> {
    const context = { storeUrl: this.#store, provider: { id: provider } };
    try {
      const worked = await this.#runs.of(job.data.run);
      const order = await orderOf(job.data, this.#redis);
      // Nobody waits for what became of it.
      if (worked === undefined)
        return await this.#carried(failed({ task: order.task, context }, stopped()), job);
      const holder: LeaseHolder = {
        ...{ worker: this.#options.name, token, until: Date.now() + this.#pace.lockMs },
      };
      this.#tell(claimed(worked.run, order.task, holder));
      const begun = monotonicNow();
      const result = await worked.do(order);
      if (this.#isGivingBack && !worked.isStopped && isCutShort(result)) {
        this.#tell(givenBack(worked.run, order.task, holder, 'the worker ends'));
        await this.#giveBack(job, token);
      }
      const why = worked.isStopped ? undefined : storeTrouble(result);
      if (why !== undefined) {
        this.#tell(givenBack(worked.run, order.task, holder, why.message));
        throw new Unable(why);
      }
      const isOk = result.error === undefined && result.series.every(({ ok }) => ok);
      this.#throughput.note(monotonicNow(), isOk);
      if (isOk) this.#served.get(provider)?.latency.note(monotonicNow() - begun, order.task.requests);
      this.#tell(ended(worked.run, order.task, holder, result));
      return await this.#carried(result, job);
    } catch (error) {
      if (error instanceof Unable) return this.#pass(provider, job, token, error.why);
      if (error instanceof WaitingError) throw error;
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  /** Gives back what this worker cannot do, and takes none of its kind for a while. Throws where that was done too often. */
  async #pass(provider: string, job: Job<JobData>, token: string, why: ErrorData): Promise<never> {
    const { name, onNote } = this.#options;
    const key = `${PREFIX}:${job.queueName}:${job.id}`;
    if ((await this.#redis.hincrby(key, 'givenBack', 1)) > MOST_GIVEN_BACK)
      throw new Error(reasonOf(new BackfillError(why.code, `worker ${name}: ${why.message}`)));
    const served = this.#served.get(provider);
    if (served !== undefined && served.rest === undefined) {
      served.rest = new Rest(why.message, this.#pace.busyMs);
      onNote?.(
        `gives tasks of ${provider} back, for others to do: ${why.message}; it looks again in ${Math.ceil(served.rest.ms / 1000)} s`,
      );
      await served.queue.pause();
    }
    return this.#giveBack(job, token);
  }

  /** Takes tasks again where what kept it from them is over. */
  async #endRest(served: Served): Promise<void> {
    const { lookAtStore = () => Promise.resolve() } = this.#options;
    if (!(await served.rest?.isOver(lookAtStore)) || this.#draining !== undefined) return;
    served.rest = undefined;
    served.queue.resume();
    this.#options.onNote?.(`takes tasks of ${served.queue.provider} again`);
  }

  #carried(result: TaskResult, { data, id = '' }: Job<JobData>): Promise<Carried> {
    return carryResult(result, data.run, id, this.#redis);
  }

  #tell(events: readonly LeaseEvent[]): void {
    for (const event of events) this.#options.onLease?.(event);
  }

  /** Another worker takes it. Throws `WaitingError`. */
  async #giveBack(job: Job<JobData>, token: string): Promise<never> {
    await job.moveToWait(token);
    await this.#uncount(job);
    throw new WaitingError();
  }

  /** The start of a job that met no trouble does not count among those that it may have. */
  async #uncount({ queueName: name, id = '' }: Job<JobData>): Promise<void> {
    await this.#redis.hincrby(`${PREFIX}:${name}:${id}`, 'ats', -1);
  }

  async #drain(): Promise<void> {
    const isThere = await atMost(GIVE_BACK_MS, beat(this.#redis, this.#machine()));
    const withinMs = isThere ? GIVE_BACK_MS : AWAY_MS;
    // What waits for a quota that nobody counts does not end.
    if (!isThere) this.#drainBy = monotonicNow();
    await Promise.all([...this.#served.values()].map(({ queue }) => queue.pause()));
    await this.#untilIdle(() => this.#drainBy);
    this.#isGivingBack = true;
    const runs = await this.#runs.all();
    if (this.#inWork > 0) for (const worked of runs) worked?.giveUp();
    const until = monotonicNow() + withinMs;
    await this.#untilIdle(() => until);
    await atMost(GIVE_BACK_MS, Promise.all(runs.map(async (worked) => worked?.leave())));
    this.#stopHearing();
    await atMost(withinMs, this.#looks.stop());
    await Promise.all([...this.#served.values()].map(({ queue }) => queue.close(!isThere)));
    await atMost(withinMs, sayGone(this.#redis, this.id));
  }

  async #untilIdle(until: () => number): Promise<void> {
    while (this.#inWork > 0 && monotonicNow() < until())
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
