import { BackfillError } from '../core/errors.ts';
import type { BarStore, Lease } from '../store/store.ts';
import { SharedLease } from './shared-lease.ts';
import { type Claim, type Turn, Turns } from './turns.ts';

/**
 * What the calls of one history have in common: the lease of the store, which is held while any of them writes. Calls
 * that write the same tickers follow each other, so that the later one finds what the earlier one stored and asks for the
 * rest only; calls of different tickers go side by side.
 */
export class Engine {
  readonly store: BarStore;
  readonly #turns = new Turns();
  readonly #lease: SharedLease;
  #closing: Promise<void> | undefined;

  constructor(store: BarStore) {
    this.store = store;
    this.#lease = new SharedLease(store);
  }

  /**
   * Holds the store as soon as nobody who came before writes these tickers, or `stop` is aborted. Throws `store-locked`
   * where another process, or another history, writes it, and `cancelled` once this one is closed.
   */
  async acquire(claim: Claim, stop?: AbortSignal): Promise<Lease> {
    const turn = this.#take(claim);
    try {
      await untilAborted(turn.ready, stop);
      const lease = await this.#lease.join();
      return { ...lease, release: () => lease.release().finally(turn.end) };
    } catch (error) {
      turn.end();
      throw error;
    }
  }

  /** Writes these tickers in their turn. Throws as `acquire` does. */
  async write<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
    const lease = await this.acquire(claim);
    try {
      return await work();
    } finally {
      await lease.release();
    }
  }

  /** Does what takes the lock of the store for itself, while nobody here writes. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#take('all');
    try {
      await turn.ready;
      return await work();
    } finally {
      turn.end();
    }
  }

  /** Waits for all that write. */
  close(): Promise<void> {
    this.#closing ??= this.#turns.take('all').ready;
    return this.#closing;
  }

  #take(claim: Claim): Turn {
    if (this.#closing !== undefined) throw new BackfillError('cancelled', 'the history is closed');
    return this.#turns.take(claim);
  }
}

async function untilAborted(ready: Promise<void>, stop: AbortSignal | undefined): Promise<void> {
  if (stop === undefined) return ready;
  if (stop.aborted) return;
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    stop.addEventListener('abort', onAbort, { once: true });
  });
  await Promise.race([ready, aborted]).finally(() => stop.removeEventListener('abort', onAbort));
}
