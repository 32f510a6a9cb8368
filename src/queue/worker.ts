import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DelayedError, type Job, WaitingError } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TaskResult } from '../backfill/runner.ts';
import { BackfillError } from '../core/errors.ts';
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
import { atMost, failed, reasonOf, stopped } from './outcomes.ts';
import { ProviderQueue } from './provider-queue.ts';
import { queueName, readQueues } from './queues.ts';
import { hearOfRuns } from './run-news.ts';
import { readRun } from './run.ts';
import { Throughput } from './throughput.ts';
import { WorkedRun } from './worked-run.ts';

/** How long what is in work may take to end where nobody says, ms: whoever stops a container waits ten seconds. */
const DRAIN_MS = 8000;

/** How long what was ended may take to be given back, ms. */
const GIVE_BACK_MS = 5000;

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
  readonly #runs = new Map<string, Promise<WorkedRun | undefined>>();
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
    const runs = await this.#follow();
    for (const served of this.#served.values()) {
      this.#adapt(served, runs);
      await served.queue.look();
    }
  }

  #serve(provider: string): void {
    const { name, capacityOf, onNote = () => undefined } = this.#options;
    const queue = new ProviderQueue({
      ...{ redis: this.#redis, provider, queue: queueName({ provider, store: this.#store }) },
      ...{ name, pace: this.#pace, atOnce: capacityOf(provider), onNote },
      process: (job, token) => this.#process(provider, job, token),
    });
    this.#served.set(provider, { queue, latency: new Latency(), throttles: 0 });
  }

  #machine(): Machine {
    const { name, threads, capacityOf } = this.#options;
    const { done, failed: lost } = this.#throughput;
    const capacity = [...this.#served.keys()].map((provider) => [provider, capacityOf(provider)]);
    return {
      ...{ id: this.id, name, host: hostname(), pid: process.pid, store: this.#store, threads },
      ...{ capacity: Object.fromEntries(capacity), inWork: this.#inWork, done, failed: lost },
      ...{ perMinute: this.#throughput.perMinute(monotonicNow()), startedAt: this.#startedAt },
      ...(this.#draining !== undefined && { isDraining: true }),
    };
  }

  /** Follows what became of the runs; gives those that go on. */
  async #follow(): Promise<readonly WorkedRun[]> {
    const going: WorkedRun[] = [];
    for (const [id, joining] of this.#runs) {
      const worked = await settledIn(joining);
      if (worked === undefined || worked.isLeaving) continue;
      if (worked.follow(await readRun(this.#redis, id))) void this.#leave(id, joining, worked);
      else {
        await worked.flush();
        going.push(worked);
      }
    }
    return going;
  }

  async #leave(id: string, joining: Promise<unknown>, worked: WorkedRun): Promise<void> {
    await worked.leave();
    if (this.#runs.get(id) === joining) this.#runs.delete(id);
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
      const worked = await this.#runOf(job.data.run);
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
      const isOk = result.error === undefined && result.series.every(({ ok }) => ok);
      this.#throughput.note(monotonicNow(), isOk);
      if (isOk) this.#served.get(provider)?.latency.note(monotonicNow() - begun, order.task.requests);
      this.#tell(ended(worked.run, order.task, holder, result));
      return await this.#carried(result, job);
    } catch (error) {
      if (error instanceof WaitingError) throw error;
      throw new Error(reasonOf(error), { cause: error });
    }
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

  /** Undefined: the run is not known, or has ended. Throws what joining it throws. */
  async #runOf(id: string): Promise<WorkedRun | undefined> {
    const known = this.#runs.get(id);
    const worked = await known;
    if (known !== undefined && worked?.isLeaving !== true) return worked;
    await worked?.leave();
    // Of all that come at once the first joins.
    const joining = this.#runs.get(id);
    if (joining !== undefined && joining !== known) return this.#runOf(id);
    const joined = this.#join(id);
    this.#runs.set(id, joined);
    const forget = (): void => {
      if (this.#runs.get(id) === joined) this.#runs.delete(id);
    };
    joined.then((run) => run ?? forget(), forget);
    return joined;
  }

  async #join(id: string): Promise<WorkedRun | undefined> {
    const run = await readRun(this.#redis, id);
    if (run === undefined || run.state === 'ended') return undefined;
    if (!isSameStore(run.store, this.#store))
      throw new BackfillError(
        'usage',
        `run ${run.id} writes ${run.store}, and the worker ${this.#options.name} ${this.#store}: it takes none of those`,
      );
    return WorkedRun.join(run, this.id, this.#options);
  }

  async #drain(): Promise<void> {
    await atMost(GIVE_BACK_MS, beat(this.#redis, this.#machine()));
    await Promise.all([...this.#served.values()].map(({ queue }) => queue.pause()));
    await this.#untilIdle(() => this.#drainBy);
    this.#isGivingBack = true;
    const runs = await Promise.all([...this.#runs.values()].map((joining) => settledIn(joining)));
    if (this.#inWork > 0) for (const worked of runs) worked?.giveUp();
    const until = monotonicNow() + GIVE_BACK_MS;
    await this.#untilIdle(() => until);
    await atMost(GIVE_BACK_MS, Promise.all(runs.map(async (worked) => worked?.leave())));
    this.#stopHearing();
    await atMost(GIVE_BACK_MS, this.#looks.stop());
    await Promise.all([...this.#served.values()].map(({ queue }) => queue.close()));
    await atMost(GIVE_BACK_MS, sayGone(this.#redis, this.id));
  }

  async #untilIdle(until: () => number): Promise<void> {
    while (this.#inWork > 0 && monotonicNow() < until())
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether something of a task was ended before it had a result. */
function isCutShort({ series, error }: TaskResult): boolean {
  return error?.code === 'cancelled' || series.some((one) => !one.ok && one.error.code === 'cancelled');
}

function settledIn(joining: Promise<WorkedRun | undefined>): Promise<WorkedRun | undefined> {
  return joining.catch(() => undefined);
}
