import type { ResourceLimits } from 'node:worker_threads';
import type { CpuClock } from './cpu-room.ts';

export interface PoolOptions {
  /** Threads, at most. */
  readonly workers: number;
  /** Tasks in work at once in each thread. */
  readonly concurrency: number;
  /**
   * Module that every thread loads: its default export takes a `ThreadMessage`, gives the `TaskResult` of an order, and
   * answers a string with that string. Default: `workers/run-task`.
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
  /** By what it is told whether the CPUs have room. Default: the threads and this machine. */
  readonly cpu?: CpuClock;
  /** How long a thread may take to load, in ms. Default: 20 s. */
  readonly startTimeoutMs?: number;
  /** How long a thread that was told to end may take, in ms, before it is left behind. Default: 10 s. */
  readonly endTimeoutMs?: number;
  /** How long threads stay when no run needs them, in ms. Meanwhile they keep no process from its end. Default: 10 s. */
  readonly idleMs?: number;
  /**
   * How often a task may be on a thread that dies before it fails, and how many threads in a row may fail to load
   * before all do. From the second time on a task has a thread to itself, so at least 2 spares the innocent.
   * Default: 3.
   */
  readonly attempts?: number;
  /** Tasks after which a thread is ended and another takes its place, between two tasks. Default: none is. */
  readonly recycleAfter?: number;
  /** Heap limits of a thread. Default: see `heapOf`, for as many as the largest run so far has work for. */
  readonly resourceLimits?: ResourceLimits;
}
