import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import { type Runner, type TaskOrder, type TaskResult, failedWhole } from '../backfill/runner.ts';
import { BackfillError, type ErrorScope, errorData } from '../core/errors.ts';
import { type CpuClock, CpuRoom } from './cpu-room.ts';
import { startDeadline } from './deadline.ts';
import { threadEntry } from './entry.ts';
import { heapOf, memoryOfMachine } from './heap.ts';
import { type Thread, type ThreadOptions, startThread } from './thread.ts';

export interface PoolOptions {
  /** Threads. */
  readonly workers: number;
  /** Tasks in work at once in each thread. */
  readonly concurrency: number;
  /**
   * Module that every thread loads: its default export takes a `TaskOrder` and gives a `TaskResult`, and answers a
   * string with that string. Default: `workers/run-task`.
   */
  readonly entry?: URL;
  /** Handed to every thread as `workerData` of `node:worker_threads`: anything that can be cloned, shared memory too. */
  readonly shared?: unknown;
  /**
   * How long a task may be in work, in ms, before its thread counts as stuck and is terminated. A function is asked
   * again when that time is up, and `Infinity` sets no limit. Default: 15 minutes.
   */
  readonly taskDeadlineMs?: number | (() => number);
  /**
   * Threads that load at once. Loading is work for a CPU: more of them would all be late, and then all do the same at the
   * same time. The others start as these have loaded, if tasks still wait and the CPUs have room: where threads wait for
   * answers they all start soon, where they compute they never do. Default: the number of CPUs.
   */
  readonly loadsAtOnce?: number;
  /** By what it is told whether the CPUs have room. Default: this process. */
  readonly cpu?: CpuClock;
  /** How long a thread may take to load, in ms. Default: 20 s. */
  readonly startTimeoutMs?: number;
  /** How long a thread that was told to end may take, in ms, before it is left behind. Default: 10 s. */
  readonly endTimeoutMs?: number;
  /**
   * How often a task may be on a thread that dies before it fails, and how many threads in a row may fail to load
   * before all do. From the second time on a task has a thread to itself, so at least 2 spares the innocent.
   * Default: 3.
   */
  readonly attempts?: number;
  /** Heap limits of a thread. Default: see `heapOf`. */
  readonly resourceLimits?: ResourceLimits;
}

/**
 * A runner on worker threads. The first start at once; tasks may be submitted at once too, and wait for their turn.
 *
 * A thread that dies takes all its tasks with it, and none of them is known to be guilty: each is a suspect then, and
 * runs again alone on a thread. The guilty one fails with `worker-crashed` when it has used up its attempts; what the
 * task function throws is a bug, comes back as `internal` and is not tried again.
 */
export function startPool(options: PoolOptions): Runner {
  return new ThreadPool(options);
}

/** A task between `run` and its result. */
interface Job {
  readonly order: TaskOrder;
  readonly settle: (result: TaskResult) => void;
  /** Threads that died with it. */
  crashes: number;
}

/** A thread and what it has in work. */
interface Lane {
  readonly thread: Thread;
  isReady: boolean;
  /** With the function that calls off its deadline. */
  readonly jobs: Map<Job, () => void>;
}

class ThreadPool implements Runner {
  readonly capacity: number;
  readonly workers: number;
  deaths = 0;
  readonly #loadsAtOnce: number;
  readonly #attempts: number;
  readonly #deadlineMs: () => number;
  readonly #threadOptions: ThreadOptions;
  readonly #room: CpuRoom;
  #nextLook: NodeJS.Timeout | undefined;
  readonly #lanes = new Set<Lane>();
  readonly #fresh: Job[] = [];
  readonly #suspects: Job[] = [];
  readonly #unsettled = new Set<Promise<TaskResult>>();
  /** Threads in a row that did not load, and what happened to the last that ended. */
  #failedStarts = 0;
  #lastEnd = '';
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    const { workers, concurrency, attempts = 3, taskDeadlineMs = 15 * 60_000 } = options;
    this.capacity = workers * concurrency;
    this.workers = workers;
    this.#loadsAtOnce = options.loadsAtOnce ?? availableParallelism();
    this.#attempts = attempts;
    this.#room = new CpuRoom(availableParallelism(), options.cpu);
    this.#deadlineMs = typeof taskDeadlineMs === 'function' ? taskDeadlineMs : () => taskDeadlineMs;
    this.#threadOptions = {
      entry: options.entry ?? threadEntry(),
      concurrency,
      shared: options.shared,
      resourceLimits: options.resourceLimits ?? heapOf(workers, memoryOfMachine()),
      startTimeoutMs: options.startTimeoutMs ?? 20_000,
      endTimeoutMs: options.endTimeoutMs ?? 10_000,
    };
    while (this.#lanes.size < Math.min(workers, this.#loadsAtOnce)) this.#startLane();
  }

  run(order: TaskOrder): Promise<TaskResult> {
    if (this.#closing !== undefined) {
      return Promise.resolve(failed(order, new BackfillError('cancelled', 'the pool is closed')));
    }
    const result = new Promise<TaskResult>((settle) => {
      this.#fresh.push({ order, settle, crashes: 0 });
    });
    this.#unsettled.add(result);
    void result.then(() => this.#unsettled.delete(result));
    this.#handOut();
    return result;
  }

  close(): Promise<void> {
    this.#closing ??= this.#endWhenSettled();
    return this.#closing;
  }

  async #endWhenSettled(): Promise<void> {
    await Promise.all(this.#unsettled);
    const threads = [...this.#lanes].map(({ thread }) => thread);
    for (const thread of threads) thread.end('was closed');
    await Promise.all(threads.map(({ ended }) => ended));
  }

  #startLane(): void {
    const lane: Lane = { thread: startThread(this.#threadOptions), isReady: false, jobs: new Map() };
    this.#lanes.add(lane);
    void lane.thread.ready.then(() => {
      lane.isReady = true;
      this.#failedStarts = 0;
      this.#room.restart();
      this.#handOut();
    });
    void lane.thread.ended.then((why) => this.#bury(lane, why));
  }

  /** Gives waiting tasks to the threads, and threads to the tasks that then still wait. */
  #handOut(): void {
    for (let lane = this.#idlest(); lane !== undefined; lane = this.#idlest()) {
      const job = this.#nextFor(lane);
      if (job === undefined) break;
      this.#work(job, lane);
    }
    const starting = [...this.#lanes].filter(({ isReady }) => !isReady).length;
    const wanted = this.#fresh.length + this.#suspects.length - starting;
    const free = this.#failedStarts < this.#attempts ? this.workers - this.#lanes.size : 0;
    const now = Math.min(wanted, free, this.#loadsAtOnce - starting);
    if (now > 0 && this.#maySpread(starting))
      for (let started = 0; started < now; started++) this.#startLane();
    if (this.#lanes.size === 0) this.#failWaiting(`no worker thread starts: the last one ${this.#lastEnd}`);
  }

  /** Whether more threads may start: the first ones at once, others where the CPUs have room for them. */
  #maySpread(starting: number): boolean {
    if (this.#lanes.size < this.#loadsAtOnce) return true;
    if (starting > 0) return false;
    const room = this.#room.look();
    if (typeof room !== 'boolean') this.#lookAgain(room.inMs);
    else if (!room) this.#lookAgain(0);
    return room === true;
  }

  #lookAgain(inMs: number): void {
    if (this.#nextLook !== undefined) return;
    this.#nextLook = setTimeout(() => {
      this.#nextLook = undefined;
      this.#handOut();
    }, inMs).unref();
  }

  /** The thread with the least in work that can take one more. A suspect has its thread to itself. */
  #idlest(): Lane | undefined {
    let idlest: Lane | undefined;
    for (const lane of this.#lanes) {
      const isOpen =
        lane.isReady && !lane.thread.isEnding && lane.jobs.size < this.#threadOptions.concurrency;
      if (!isOpen || [...lane.jobs.keys()].some(({ crashes }) => crashes > 0)) continue;
      if (idlest === undefined || lane.jobs.size < idlest.jobs.size) idlest = lane;
    }
    return idlest;
  }

  /** Suspects first: otherwise a steady stream of fresh tasks would never leave them a thread of their own. */
  #nextFor(lane: Lane): Job | undefined {
    if (this.#suspects.length === 0) return this.#fresh.shift();
    return lane.jobs.size === 0 ? this.#suspects.shift() : undefined;
  }

  #work(job: Job, lane: Lane): void {
    const { thread, jobs } = lane;
    const callOff = startDeadline(this.#deadlineMs, (waitedMs) => {
      thread.end(`was stuck: a task was still in work after ${waitedMs / 1000} s`);
    });
    jobs.set(job, callOff);
    const settle = (result: TaskResult): void => {
      if (!jobs.delete(job)) return;
      callOff();
      job.settle(result);
      this.#handOut();
    };
    thread.run(job.order).then(
      (answer) => settle(isResult(answer) ? answer : failed(job.order, new Error('the task gave no result'))),
      (error: unknown) => {
        // Of a thread that dies, `#bury` takes care.
        if (!thread.isEnding) settle(failed(job.order, error));
      },
    );
  }

  #bury(lane: Lane, why: string): void {
    this.#lanes.delete(lane);
    if (lane.jobs.size > 0) this.deaths++;
    for (const [job, callOff] of lane.jobs) {
      callOff();
      job.crashes++;
      if (job.crashes < this.#attempts) this.#suspects.push(job);
      else job.settle(crashed(job, `the worker thread ${why} (attempt ${job.crashes} of ${this.#attempts})`));
    }
    lane.jobs.clear();
    if (!lane.isReady) this.#failedStarts++;
    this.#lastEnd = why;
    this.#handOut();
  }

  #failWaiting(why: string): void {
    for (const job of [...this.#suspects.splice(0), ...this.#fresh.splice(0)])
      job.settle(crashed(job, why, 'run'));
  }
}

function isResult(answer: unknown): answer is TaskResult {
  return typeof answer === 'object' && answer !== null && 'series' in answer;
}

function crashed({ order }: Job, message: string, scope: ErrorScope = 'series'): TaskResult {
  return failed(order, new BackfillError('worker-crashed', message, { retryable: true, scope }));
}

function failed({ task, context }: TaskOrder, error: unknown): TaskResult {
  return failedWhole(task, ({ series: { ticker } }) =>
    errorData(error, { ticker, provider: context.provider.id }),
  );
}
