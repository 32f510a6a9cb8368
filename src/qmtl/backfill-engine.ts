import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../index.ts';
import { ensureHistory } from './ensure-history.ts';
import type { HistoryProvider, NodeSeries } from './history-provider.ts';
import { type HistoryRow, checkedRows } from './history-rows.ts';
import { secondsOf } from './intervals.ts';
import { counted } from './metrics.ts';
import type { NodeCache } from './node-cache.ts';
import { type TimeRange, assertRange } from './time-ranges.ts';

/** How often a load is tried. */
export interface LoadOptions {
  /** Times that a load is tried again, at most. Default 3. */
  readonly maxRetries?: number;
  /** How long after it failed, in ms. Default 100. */
  readonly retryDelayMs?: number;
}

/** A node that history is loaded into. */
export interface LoadedNode extends NodeSeries {
  readonly cache: NodeCache<HistoryRow>;
}

/** Loads history of nodes from a provider into their caches, several at once. */
export class BackfillEngine {
  readonly #provider: HistoryProvider;
  readonly #maxRetries: number;
  readonly #retryDelayMs: number;
  /** Those that nobody has waited for yet. */
  readonly #jobs = new Set<Promise<void>>();

  /** `provider`: whose history it is. Throws `usage`. */
  constructor(provider: HistoryProvider, { maxRetries = 3, retryDelayMs = 100 }: LoadOptions = {}) {
    if (!Number.isSafeInteger(maxRetries) || maxRetries < 0)
      throw new BackfillError('usage', `maxRetries ${maxRetries}: must be a whole number, 0 or more`);
    this.#provider = provider;
    this.#maxRetries = maxRetries;
    this.#retryDelayMs = retryDelayMs;
  }

  /**
   * Begins to load what of a range a node has not loaded yet: it is made complete (see `ensureHistory`), fetched, and merged into the
   * cache. Seconds since the epoch, both ends inclusive. `wait` tells how it went. Throws `usage`.
   */
  submit(node: LoadedNode, start: number, end: number): void {
    assertRange(start, end);
    const job = this.#load(node, { start, end });
    this.#jobs.add(job);
    // It is thrown by `wait`.
    job.catch(() => undefined);
  }

  /** Waits for all that was submitted. Throws the first failure, once all of it is over; what else was loaded is there. */
  async wait(): Promise<void> {
    const jobs = [...this.#jobs];
    const results = await Promise.allSettled(jobs);
    for (const job of jobs) this.#jobs.delete(job);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #load(node: LoadedNode, { start, end }: TimeRange): Promise<void> {
    counted.begun();
    try {
      for (const gap of node.cache.state.missing(start, end, node)) await this.#loadGap(node, gap);
    } catch (error) {
      counted.failed(node);
      throw error;
    } finally {
      counted.over();
    }
  }

  /** What comes after its last row is asked for again: it may come later. */
  async #loadGap({ nodeId, interval, cache }: LoadedNode, { start, end }: TimeRange): Promise<void> {
    const of = { nodeId, interval };
    const rows = await this.#withRetries(of, async () => {
      await ensureHistory(this.#provider, start, end, of);
      return checkedRows(await this.#provider.fetch(start, end, of), nodeId);
    });
    cache.backfillBulk(rows);
    const last = rows.reduce((latest, { ts }) => Math.max(latest, ts), Number.NEGATIVE_INFINITY);
    if (rows.length === 0) return;
    counted.loadedUpTo(last, of);
    cache.state.markComplete(start, Math.min(end, last + secondsOf(interval) - 1), of);
  }

  async #withRetries<T>(of: NodeSeries, work: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries++) {
      try {
        return await work();
      } catch (error) {
        // What the library has asked for again already, or what stays as it is, is not asked for once more.
        const isFinal = error instanceof BackfillError && !error.retryable;
        if (isFinal || retries >= this.#maxRetries) throw error;
        counted.retried(of);
        await sleep(this.#retryDelayMs);
      }
    }
  }
}
