import { availableParallelism } from 'node:os';
import type { Runner, TaskOrder, TaskResult, ThreadMessage } from '../backfill/runner.ts';
import { BackfillError } from '../core/errors.ts';
import { CpuRoom, clockOf } from './cpu-room.ts';
import { startDeadline } from './deadline.ts';
import { threadEntry } from './entry.ts';
import { heapOf, memoryOfMachine } from './heap.ts';
import { type Lane, idlestOf, isSpent, retire } from './lane.ts';
import type { PoolOptions } from './options.ts';
import { crashed, failed, isResult, stopped } from './outcomes.ts';
import { type ThreadOptions, startThread } from './thread.ts';
import { type Job, type Run, type RunOrder, WaitingJobs } from './waiting-jobs.ts';

/** Worker threads that runs share, as many as live at once; they stay warm for the next. */
export interface Pool {
  /** Works for one more run. The first threads start at once. */
  open(run: RunOrder): Runner;
  /** Starts the first threads for a run of about so many tasks, which is about to be opened. */
  warm(tasks: number): void;
  /** Waits for tasks in work, takes no more, then frees the threads. */
  close(): Promise<void>;
}

/**
 * A pool of which every run may have all threads in work; between runs that want more than there is, tasks take turns as
 * they come. Tasks may be submitted at once, and wait for their turn.
 *
 * A thread that dies takes all its tasks with it, and none of them is known to be guilty: each is a suspect then, and
 * runs again alone on a thread. The guilty one fails with `worker-crashed` when it has used up its attempts; what the
 * task function throws is a bug, comes back as `internal` and is not tried again.
 */
export function startPool(options: PoolOptions): Pool {
  return new ThreadPool(options);
}

class ThreadPool implements Pool {
  readonly #workers: number;
  readonly #loadsAtOnce: number;
  readonly #attempts: number;
  readonly #idleMs: number;
  readonly #deadlineMs: () => number;
  readonly #recycleAfter: number;
  readonly #threadOptions: Omit<ThreadOptions, 'resourceLimits'> & Pick<PoolOptions, 'resourceLimits'>;
  readonly #room: CpuRoom;
  #nextLook: NodeJS.Timeout | undefined;
  readonly #lanes = new Set<Lane>();
  readonly #runs = new Set<Run>();
  readonly #waiting = new WaitingJobs();
  #opened = 0;
  /** Threads that the largest run so far has work for. */
  #wanted = 1;
  /** Threads in a row that did not load, and what happened to the last that ended. */
  #failedStarts = 0;
  #lastEnd = '';
  #idle: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    const { workers, concurrency, attempts = 3, taskDeadlineMs = 15 * 60_000 } = options;
    this.#workers = workers;
    this.#loadsAtOnce = options.loadsAtOnce ?? availableParallelism();
    this.#attempts = attempts;
    this.#room = new CpuRoom(options.cpu ?? clockOf(() => [...this.#lanes].map(({ thread }) => thread)));
    this.#idleMs = options.idleMs ?? 10_000;
    this.#deadlineMs = typeof taskDeadlineMs === 'function' ? taskDeadlineMs : () => taskDeadlineMs;
    this.#recycleAfter = options.recycleAfter ?? Number.POSITIVE_INFINITY;
    this.#threadOptions = {
      entry: options.entry ?? threadEntry(),
      concurrency,
      shared: options.shared,
      startTimeoutMs: options.startTimeoutMs ?? 20_000,
      endTimeoutMs: options.endTimeoutMs ?? 10_000,
      ...(options.resourceLimits && { resourceLimits: options.resourceLimits }),
    };
  }

  open(order: RunOrder): Runner {
    const run: Run = {
      ...order,
      id: this.#opened++,
      unsettled: new Set(),
      deaths: 0,
      isAbandoned: false,
      closing: undefined,
    };
    const { traffic } = run;
    this.#runs.add(run);
    clearTimeout(this.#idle);
    const workers = this.#startFirst(run.tasks);
    return {
      workers,
      capacity: workers * this.#threadOptions.concurrency,
      get deaths() {
        return run.deaths;
      },
      traffic: {
        cancel: () => {
          traffic.cancel();
          for (const job of this.#waiting.takeAll(run)) job.settle(failed(job.order, stopped()));
        },
        now: () => traffic.now(),
      },
      run: (task) => this.#run(run, task),
      abandon: () => this.#abandon(run),
      close: () => (run.closing ??= this.#endRun(run)),
    };
  }

  warm(tasks: number): void {
    if (this.#closing !== undefined) return;
    this.#startFirst(tasks);
    if (this.#runs.size === 0) this.#endWhenIdle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#endWhenSettled();
    return this.#closing;
  }

  #run(run: Run, order: TaskOrder): Promise<TaskResult> {
    if ((this.#closing ?? run.closing) !== undefined) {
      return Promise.resolve(failed(order, new BackfillError('cancelled', 'the pool is closed')));
    }
    if (run.isAbandoned) return Promise.resolve(failed(order, stopped()));
    const result = new Promise<TaskResult>((settle) => {
      this.#waiting.add({ run, order, settle, crashes: 0 });
    });
    run.unsettled.add(result);
    void result.then(() => run.unsettled.delete(result));
    this.#handOut();
    return result;
  }

  #abandon(run: Run): void {
    run.isAbandoned = true;
    for (const job of this.#waiting.takeAll(run)) job.settle(failed(job.order, stopped()));
    for (const lane of this.#lanes) {
      if (![...lane.jobs.keys()].some((job) => job.run === run)) continue;
      lane.isAbandoned = true;
      lane.thread.end('was ended: a run was stopped');
    }
  }

  async #endRun(run: Run): Promise<void> {
    await Promise.all(run.unsettled);
    const ended: ThreadMessage = { ended: run.id };
    for (const { thread, runs } of this.#lanes)
      // One that dies meanwhile has nothing of it either.
      if (runs.delete(run) && !thread.isEnding) thread.run(ended).catch(() => undefined);
    this.#runs.delete(run);
    if (this.#runs.size === 0) this.#endWhenIdle();
    await run.traffic.close();
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#endThreads('was idle'), this.#idleMs).unref();
  }

  async #endWhenSettled(): Promise<void> {
    await Promise.all([...this.#runs].flatMap(({ unsettled }) => [...unsettled]));
    clearTimeout(this.#idle);
    clearTimeout(this.#nextLook);
    await this.#endThreads('was closed');
  }

  async #endThreads(why: string): Promise<void> {
    const threads = [...this.#lanes].map(({ thread }) => thread);
    for (const thread of threads) thread.end(why);
    await Promise.all(threads.map(({ ended }) => ended));
  }

  /** Starts the threads that a run of so many tasks begins with; gives how many it may have at most. */
  #startFirst(tasks: number): number {
    const workers = Math.min(this.#workers, tasks);
    this.#wanted = Math.max(this.#wanted, workers);
    // What kept threads from starting may be over.
    this.#failedStarts = 0;
    this.#room.restart();
    while (this.#lanes.size < Math.min(workers, this.#loadsAtOnce)) this.#startLane();
    return workers;
  }

  #startLane(): void {
    const first = Math.min(this.#wanted, this.#loadsAtOnce);
    const isFirst = this.#lanes.size < first;
    const { resourceLimits = heapOf(this.#wanted, memoryOfMachine(), isFirst ? first : 0) } =
      this.#threadOptions;
    const thread = startThread({ ...this.#threadOptions, resourceLimits });
    const lane: Lane = {
      ...{ thread, isReady: false, jobs: new Map(), runs: new Set() },
      ...{ tasksLeft: this.#recycleAfter, isAbandoned: false },
    };
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
    const idlest = (): Lane | undefined => idlestOf(this.#lanes, this.#threadOptions.concurrency);
    for (let lane = idlest(); lane !== undefined; lane = idlest()) {
      const job = this.#waiting.nextFor(lane.jobs.size);
      if (job === undefined) break;
      this.#work(job, lane);
    }
    const starting = [...this.#lanes].filter(({ isReady }) => !isReady).length;
    const wanted = this.#waiting.size - starting;
    const free = this.#failedStarts < this.#attempts ? this.#workers - this.#lanes.size : 0;
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

  #work(job: Job, lane: Lane): void {
    const { thread, jobs, runs } = lane;
    const { run, order } = job;
    const callOff = startDeadline(this.#deadlineMs, (waitedMs) => {
      thread.end(`was stuck: a task was still in work after ${waitedMs / 1000} s`);
    });
    jobs.set(job, callOff);
    lane.tasksLeft--;
    const settle = (result: TaskResult): void => {
      if (!jobs.delete(job)) return;
      callOff();
      job.settle(result);
      if (isSpent(lane) && !thread.isEnding) retire(lane, this.#threadOptions.endTimeoutMs);
      this.#handOut();
    };
    const message: ThreadMessage = {
      ...(!runs.has(run) && { start: { ...run.traffic.shared, secrets: run.secrets } }),
      run: run.id,
      order,
    };
    runs.add(run);
    thread.run(message).then(
      (answer) => settle(isResult(answer) ? answer : failed(order, new Error('the task gave no result'))),
      (error: unknown) => {
        // Of a thread that dies, `#bury` takes care.
        if (!thread.isEnding) settle(failed(order, error));
      },
    );
  }

  #bury(lane: Lane, why: string): void {
    this.#lanes.delete(lane);
    for (const run of new Set([...lane.jobs.keys()].map((job) => job.run))) run.deaths++;
    for (const [job, callOff] of lane.jobs) {
      callOff();
      if (!lane.isAbandoned) job.crashes++;
      if (job.run.isAbandoned) job.settle(failed(job.order, stopped()));
      else if (job.crashes < this.#attempts) this.#waiting.add(job);
      else job.settle(crashed(job, `the worker thread ${why} (attempt ${job.crashes} of ${this.#attempts})`));
    }
    lane.jobs.clear();
    if (!lane.isReady) this.#failedStarts++;
    this.#lastEnd = why;
    // It had a place among the CPUs, and so has the one that comes for it.
    if (lane.tasksLeft <= 0 && this.#waiting.size > 0) this.#startLane();
    this.#handOut();
  }

  #failWaiting(why: string): void {
    for (const job of this.#waiting.takeAll()) job.settle(crashed(job, why, 'run'));
  }
}
