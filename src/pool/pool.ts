import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { BackfillError, errorData } from '../core/errors.ts';
import type { Runner, TaskOrder, TaskResult } from '../backfill/runner.ts';

export interface PoolOptions {
  /** Threads. */
  readonly workers: number;
  /** Tasks in work at once in each thread. */
  readonly concurrency: number;
}

/** A worker that has not loaded after this long never will: one that throws at load leaves its tasks hanging. */
const START_TIMEOUT_MS = 20_000;

/** Longer than any task: `close` waits for the commits in flight and never terminates a thread. */
const CLOSE_TIMEOUT_MS = 3_600_000;

/**
 * Heap limits of a thread. The young generation is what makes threads expensive: its default grows to 48 MB each
 * under a steady stream of short-lived answers.
 */
const HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

/** Message of the thread's start-up check. */
const PING = 'ping';

/** A runner on worker threads. Threads start at once; tasks may be submitted at once too. */
export function startPool({ workers, concurrency }: PoolOptions): Runner {
  // The worker has this file's own extension: TypeScript in development, JavaScript in the build.
  const entry = new URL(`../../workers/run-task${extname(import.meta.url)}`, import.meta.url);
  const pool = new Piscina({
    filename: entry.href,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: concurrency,
    // Parked threads would not run their timers: keep-alive, time-outs.
    atomics: 'disabled',
    resourceLimits: HEAP,
    closeTimeout: CLOSE_TIMEOUT_MS,
  });
  const failure = startFailure(pool);
  return {
    capacity: workers * concurrency,
    run: async (order: TaskOrder): Promise<TaskResult> => {
      try {
        return await Promise.race([pool.run(order) as Promise<TaskResult>, failure]);
      } catch (error) {
        const known = error instanceof BackfillError ? error : crash(error);
        return { ok: false, error: errorData(known, { ticker: order.task.series.ticker }) };
      }
    },
    close: () => pool.close(),
  };
}

/** Never resolves; rejects with `worker-crashed` when the threads cannot start. */
function startFailure(pool: Piscina): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    const fail = (error: unknown): void => reject(crash(error));
    const timer = setTimeout(
      () => fail(new Error(`no sign of life after ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    pool
      .run(PING)
      .catch(fail)
      .finally(() => clearTimeout(timer));
    pool.on('error', fail);
  });
  failure.catch(() => undefined);
  return failure;
}

function crash(cause: unknown): BackfillError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new BackfillError('worker-crashed', `a worker thread failed: ${what}`, { retryable: true, cause });
}
