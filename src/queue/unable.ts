import type { TaskResult } from '../backfill/runner.ts';
import { BackfillError, type ErrorCode, type ErrorData, errorData } from '../core/errors.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';

/** Times that workers which cannot do a task give it back; then it is the task, or nobody can. */
export const MOST_GIVEN_BACK = 5;

/** How long a worker that cannot do tasks takes none at most before it tries again, ms. */
const LONGEST_MS = 300_000;

/** What keeps this worker from a run, and perhaps no other: its login, its keys, its own code. */
const OF_A_WORKER: ReadonlySet<ErrorCode> = new Set([
  ...(['usage', 'unknown-provider', 'unauthorized', 'store-unusable'] as const),
]);

/** What keeps a worker from joining a run that another one may join. */
export class Unable extends Error {
  readonly why: ErrorData;

  constructor(why: ErrorData) {
    super(why.message);
    this.why = why;
  }
}

/** Has what joins a run throw `Unable` where the worker is at fault. */
export async function joiningHere<T>(joining: Promise<T>): Promise<T> {
  try {
    return await joining;
  } catch (error) {
    const why = errorData(error);
    throw error instanceof BackfillError && OF_A_WORKER.has(why.code) ? new Unable(why) : error;
  }
}

/** What keeps a worker from storing a task's bars. */
export function storeTrouble({ series, error }: TaskResult): ErrorData | undefined {
  const errors = [
    ...(error === undefined ? [] : [error]),
    ...series.flatMap((one) => (one.ok ? [] : one.error)),
  ];
  return errors.find(({ code }) => code === 'store-unusable');
}

/** A time in which a worker takes no tasks of a provider. */
export class Rest {
  readonly why: string;
  readonly #firstMs: number;
  #ms = 0;
  #until = 0;
  #isTrying = false;

  constructor(why: string, firstMs: number) {
    this.why = why;
    this.#firstMs = firstMs;
    this.longer();
  }

  get ms(): number {
    return this.#ms;
  }

  /** It is no better. */
  longer(): void {
    this.#ms = Math.min(LONGEST_MS, Math.max(this.#firstMs, this.#ms * 2));
    this.#until = monotonicNow() + this.#ms;
  }

  /** Once it is over, sees whether it is better; gives whether it is. At most one at a time. */
  async isOver(look: () => Promise<void>): Promise<boolean> {
    if (this.#isTrying || monotonicNow() < this.#until) return false;
    this.#isTrying = true;
    try {
      await look();
      return true;
    } catch {
      this.longer();
      return false;
    } finally {
      this.#isTrying = false;
    }
  }
}
