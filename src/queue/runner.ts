import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Runner, TaskOrder, TaskResult, TrafficNow } from '../backfill/runner.ts';
import type { Stop } from '../backfill/stop.ts';
import { BackfillError } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { CountsOfAll } from './counts.ts';
import type { JobData } from './job.ts';
import { Jobs } from './jobs.ts';
import { Looks } from './looks.ts';
import { type SeenMachine, readMachines } from './machines.ts';
import { PREFIX, trafficKey, workersKey } from './names.ts';
import { keepRequest } from './take-over.ts';
import { PACE, type QueuePace, type QueueRunnerOptions } from './options.ts';
import { atMost, failed, isCutShort, stopped } from './outcomes.ts';
import { queueName } from './queues.ts';
import { givenAgainText, untoldText } from './run-notes.ts';
import { type QueueRun, beatOfPlanner, endRun, queueOf, readRun, registerRun, setRunState } from './run.ts';
import { whyAlone } from './why-alone.ts';

/** Tasks that are given to the queue before those in work have ended: machines go on with them when the planner dies. */
const AHEAD = 2000;

/** How long the end of a run waits for a server that is known not to answer, ms. */
const AWAY_MS = 500;

/** A machine that was silent for so long is not waited for at the end of a run, ms: it may have died. */
const LEAVING_MS = 3000;

/** How often is looked whether all have left, ms. */
const LEFT_MS = 20;

/** How often it is said again that nobody takes the jobs, ms. */
const SAID_AGAIN_MS = 60_000;

/**
 * Registers a run with the machines that share a Redis, and gives what hands its tasks to them. Throws `store-locked` where
 * somebody plans that run already.
 */
export async function openQueueRunner(options: QueueRunnerOptions): Promise<Runner> {
  const { redis, run, planner, isAttached = false } = options;
  const runner = new QueueRunner(options);
  try {
    await registerRun(redis, run, planner);
    if (isAttached) await runner.countAnew();
    else await redis.unlink(trafficKey(run.id));
    await runner.start();
    await runner.keepRequest();
    return runner;
  } catch (error) {
    await runner.letGo();
    throw error;
  }
}

class QueueRunner implements Runner {
  readonly ahead = AHEAD;
  readonly traffic = { cancel: () => this.#cancel(), now: () => this.#now() };
  deaths = 0;
  /** Another planner took the run over while this one was silent. */
  lost: BackfillError | undefined;
  /** Its queue was. */
  drained: Stop | undefined;
  readonly #redis: Redis;
  readonly #run: QueueRun;
  readonly #server: string;
  readonly #planner: string;
  readonly #request: unknown;
  readonly #pace: QueuePace;
  readonly #onNote: (line: string) => void;
  readonly #queue: Queue<JobData>;
  readonly #counts: CountsOfAll;
  readonly #jobs: Jobs;
  readonly #unsettled = new Set<Promise<TaskResult>>();
  #events: QueueEvents | undefined;
  #machines: readonly SeenMachine[] = [];
  #state: 'open' | 'cancelled' | 'abandoned' = 'open';
  readonly #looks: Looks;
  #closing: Promise<void> | undefined;
  /** Since when nobody takes the jobs, and when that was last said, by the gates' clock. */
  #alone: { readonly since: number; said?: number } | undefined;

  constructor({ redis, run, server, planner, request, onNote = () => undefined, pace }: QueueRunnerOptions) {
    this.#redis = redis;
    this.#run = run;
    this.#server = server;
    this.#planner = planner;
    this.#request = request;
    this.#onNote = onNote;
    this.#pace = { ...PACE, ...pace };
    this.#queue = new Queue<JobData>(queueName(queueOf(run)), { connection: redis, prefix: PREFIX });
    // What a connection meets is met by whoever asks through it, too.
    this.#queue.on('error', () => undefined);
    this.#counts = new CountsOfAll(redis, run.id);
    this.#looks = new Looks(() => this.#look(), this.#pace.lookMs);
    this.#jobs = new Jobs(redis, run.id, this.#queue, this.#pace);
  }

  get workers(): number {
    return this.#own().reduce((sum, { threads }) => sum + threads, 0);
  }

  get capacity(): number {
    const { id } = this.#run.provider;
    return Math.max(
      1,
      this.#own().reduce((sum, { capacity }) => sum + (capacity[id] ?? 0), 0),
    );
  }

  async start(): Promise<void> {
    const [last] = await this.#redis.xrevrange(this.#queue.toKey('events'), '+', '-', 'COUNT', 1);
    const events = new QueueEvents(this.#queue.name, {
      ...{ connection: this.#redis, prefix: PREFIX, lastEventId: last?.[0] ?? '0-0' },
    });
    this.#events = events;
    events.on('error', () => undefined);
    events.on('completed', ({ jobId, returnvalue }) =>
      this.#later(this.#jobs.onCompleted(jobId, returnvalue)),
    );
    events.on('failed', ({ jobId, failedReason }) => this.#later(this.#jobs.onFailed(jobId, failedReason)));
    events.on('stalled', ({ jobId }) => {
      if (this.#jobs.has(jobId)) this.deaths++;
    });
    this.#machines = await readMachines(this.#redis);
    this.#looks.start();
  }

  /** What the planner before had sent is told apart. */
  async countAnew(): Promise<void> {
    await this.#counts.read();
    this.#counts.startAnew();
  }

  /** So that another planner can go on, if this one dies. */
  async keepRequest(): Promise<void> {
    if (this.#request !== undefined) await keepRequest(this.#redis, this.#run.id, this.#request);
  }

  run(order: TaskOrder): Promise<TaskResult> {
    if (this.#closing !== undefined)
      return Promise.resolve(failed(order, new BackfillError('cancelled', 'the run has ended')));
    if (this.#state === 'abandoned') return Promise.resolve(failed(order, this.lost ?? stopped()));
    const result = this.#jobs.run(order).then((one) => this.#afterDrain(one));
    this.#unsettled.add(result);
    void result.then(() => this.#unsettled.delete(result));
    return result;
  }

  abandon(): void {
    if (this.#state === 'abandoned') return;
    this.#state = 'abandoned';
    const jobs = this.#jobs.settleAll(stopped());
    this.#later(this.#tell('abandoned').then((isTold) => (isTold ? this.#jobs.remove(jobs) : undefined)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #cancel(): void {
    if (this.#state !== 'open') return;
    this.#state = 'cancelled';
    this.#later(this.#tell('cancelled').then((isTold) => (isTold ? this.#jobs.cancel() : undefined)));
  }

  /** A worker hears of a drained queue before the next look here, and what it leaves would pass for an interruption. */
  async #afterDrain(result: TaskResult): Promise<TaskResult> {
    if (this.#state === 'open' && isCutShort(result)) await this.#drainIfTold().catch(() => undefined);
    return result;
  }

  async #drainIfTold(): Promise<void> {
    const run = await readRun(this.#redis, this.#run.id);
    if (this.#state === 'open' && run?.state === 'cancelled') this.#drain();
  }

  /** Nobody else stops a run but who drains its queue. */
  #drain(): void {
    const { id, provider } = this.#run;
    this.drained = { reason: 'drained', message: `the queue of ${provider.id} was drained` };
    this.#onNote(`${this.drained.message}: nothing more is asked for run ${id}, what is in work ends`);
    this.#cancel();
  }

  #now(): TrafficNow {
    return this.#counts.sum(Date.now());
  }

  /** Machines that are there for tasks of this provider, and write this store. */
  #own(): readonly SeenMachine[] {
    const { provider, store } = this.#run;
    return this.#machines.filter(
      (one) => one.isAlive && !one.isDraining && provider.id in one.capacity && isSameStore(one.store, store),
    );
  }

  /** What fails because its server is away is done by a later look. */
  #later(work: Promise<unknown>): void {
    work.catch(() => undefined);
  }

  async #look(): Promise<void> {
    const heard = await beatOfPlanner(this.#redis, this.#run, this.#planner);
    if (heard === 'another') return this.#giveUp();
    if (heard === 'unknown') {
      // Redis was emptied: before a job is added again, its run has to be there.
      await registerRun(this.#redis, this.#run, this.#planner, this.#state);
      await this.keepRequest();
      this.#jobs.startAnew();
    }
    if (this.#state === 'open') await this.#drainIfTold();
    await this.#counts.read();
    this.#machines = await readMachines(this.#redis);
    await this.#jobs.look();
    this.#sayWhetherAlone();
  }

  /** Tells what becomes of the run, unless it is another's by now. */
  async #tell(state: 'cancelled' | 'abandoned' | 'ended'): Promise<boolean> {
    if (this.lost !== undefined) return false;
    const heard = await setRunState(this.#redis, this.#run.id, state, this.#planner);
    if (heard === 'another') await this.#giveUp();
    return heard !== 'another';
  }

  /** Another planner took the run over while this one was silent: what it does is that one's. */
  async #giveUp(): Promise<void> {
    const { id } = this.#run;
    const other = (await readRun(this.#redis, id).catch(() => undefined))?.planner ?? 'another';
    const message = `run ${id} is planned by ${other} now, which tells what becomes of it: nothing was heard of this one for too long`;
    const cause = Object.assign(new Error('it was taken over'), { code: 'ESTALE' });
    this.lost ??= new BackfillError('store-locked', message, { cause });
    this.#state = 'abandoned';
    this.#jobs.settleAll(this.lost);
  }

  #sayWhetherAlone(): void {
    if (this.#jobs.size === 0 || this.#own().length > 0) {
      this.#alone = undefined;
      return;
    }
    const now = monotonicNow();
    this.#alone ??= { since: now };
    const { since, said = Number.NEGATIVE_INFINITY } = this.#alone;
    if (now - since < this.#pace.noWorkerMs || now - said < SAID_AGAIN_MS) return;
    this.#alone = { since, said: now };
    this.#onNote(whyAlone(this.#run, this.#machines, this.#server));
  }

  async #end(): Promise<void> {
    await Promise.all(this.#unsettled);
    const isTold = await atMost(
      this.#pace.closeMs,
      this.#looks.stop().then(() => this.#tell('ended')),
    );
    if (!isTold && this.#state !== 'open') this.#onNote(untoldText(this.#run, this.#server));
    if (!isTold || this.lost !== undefined) return this.letGo(isTold ? this.#pace.closeMs : AWAY_MS);
    await atMost(this.#pace.leaveMs, this.#untilAllLeft());
    await atMost(
      this.#pace.closeMs,
      this.#counts.read().then(() => endRun(this.#redis, this.#run.id, this.#planner)),
    );
    await this.letGo();
    if (this.#jobs.givenAgain > 0) this.#onNote(givenAgainText(this.#jobs.givenAgain));
    const { failure } = this.#counts;
    if (failure !== undefined) throw new BackfillError(failure.code, failure.message, failure);
  }

  /** Until no machine that is there holds the lease of the store for this run. */
  async #untilAllLeft(): Promise<void> {
    const until = monotonicNow() + this.#pace.leaveMs;
    while (monotonicNow() < until) {
      const members = await this.#redis.hvals(workersKey(this.#run.id));
      const there = (await readMachines(this.#redis)).filter(({ silentMs }) => silentMs < LEAVING_MS);
      if (!members.some((id) => there.some((machine) => machine.id === id))) return;
      await new Promise((resolve) => setTimeout(resolve, LEFT_MS));
    }
  }

  async letGo(withinMs = this.#pace.closeMs): Promise<void> {
    void this.#looks.stop();
    await atMost(withinMs, Promise.all([this.#events?.close(), this.#queue.close()]));
  }
}
