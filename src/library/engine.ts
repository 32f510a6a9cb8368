import { BackfillError } from '../core/errors.ts';
import { SharedStaging } from '../backfill/run/shared-staging.ts';
import type { Runner } from '../backfill/runner.ts';
import type { OpenTraffic, SharedTraffic } from '../backfill/run/traffic.ts';
import type { Pool } from '../pool/pool.ts';
import type { Secrets } from '../providers/provider.ts';
import type { BarStore, Lease } from '../store/store.ts';
import { Shared } from './shared.ts';
import { type Claim, Turns } from './turns.ts';

/** How an engine gets what its runs share. */
export interface EngineTools {
  /** The gate of the provider's key. */
  readonly openTraffic: () => Promise<SharedTraffic>;
  readonly openPool: () => Promise<Pool>;
  /** Becomes the writer of the store. Default: by a lease of its own. */
  readonly acquire?: () => Promise<Lease>;
  /** Done before it lets go of the store again. Default: nothing. */
  readonly atEnd?: () => Promise<void>;
}

/**
 * What the calls of one history have in common: the lease of the store, which is held while any of them writes; the gate
 * of the provider's key, which all requests pass while any of them runs; and the worker threads, which stay warm for a
 * while. Calls that write the same tickers follow each other, so that the later one finds what the earlier one stored and
 * asks for the rest only; calls of different tickers go side by side.
 */
export class Engine {
  readonly store: BarStore;
  readonly staging: SharedStaging;
  readonly #turns: Turns;
  /** Those that have not ended. */
  readonly #calls = new Set<Promise<unknown>>();
  readonly #lease: Shared<Lease>;
  readonly #traffic: Shared<SharedTraffic>;
  readonly #openPool: () => Promise<Pool>;
  /** Those of the other providers of its chain. */
  readonly #others: Engine[] = [];
  #pool: Promise<Pool> | undefined;
  #closing: Promise<void> | undefined;

  /** `first`: the engine of the same store that asks another provider. Default: it is the only one of its history. */
  constructor(store: BarStore, { openTraffic, openPool, acquire, atEnd }: EngineTools, first?: Engine) {
    this.store = store;
    this.staging = first === undefined ? new SharedStaging() : first.staging;
    this.#turns = first === undefined ? new Turns() : first.#turns;
    this.#lease =
      first === undefined
        ? new Shared({
            open: acquire ?? (() => store.acquire()),
            close: async (lease) => {
              try {
                await atEnd?.();
              } finally {
                await lease.release();
              }
            },
          })
        : first.#lease;
    this.#traffic = new Shared({
      open: openTraffic,
      close: (traffic) => traffic.close(),
      isSpent: (traffic) => traffic.isSpent(),
    });
    this.#openPool = openPool;
  }

  /** An engine that asks another provider for the same store, in the turns and under the lease of this one. */
  beside(tools: EngineTools): Engine {
    const other = new Engine(this.store, tools, this);
    this.#others.push(other);
    return other;
  }

  /** Whatever a caller asks for, from the moment it does. Throws `cancelled` once the history is closed. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new BackfillError('cancelled', 'the history is closed');
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  /**
   * Holds the store as soon as nobody who came before writes these tickers, or `stop` is aborted. Throws `store-locked`
   * where another process, or another history, writes it.
   */
  async acquire(claim: Claim, stop?: AbortSignal): Promise<Lease> {
    const turn = this.#turns.take(claim);
    try {
      await untilAborted(turn.ready, stop);
      const { thing: lease, leave } = await this.#lease.join();
      return { ...lease, release: () => leave().finally(turn.end) };
    } catch (error) {
      turn.end();
      throw error;
    }
  }

  /** Does what acquires the store several times, which no other process may write in between. Throws as `acquire` does. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    const { leave } = await this.#lease.join();
    try {
      return await work();
    } finally {
      await leave();
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
    const turn = this.#turns.take('all');
    try {
      await turn.ready;
      return await work();
    } finally {
      turn.end();
    }
  }

  /** The requests of one more run, through the gate that all pass. Throws `store-unusable` where no quota can be kept. */
  async openTraffic(): Promise<OpenTraffic> {
    const { thing: traffic, leave } = await this.#traffic.join();
    const close = async (): Promise<void> => {
      await leave();
      const failure = traffic.failure();
      if (failure !== undefined) throw failure;
    };
    return { ...traffic.begin(), close };
  }

  /** The threads, at work for one more run of so many tasks. Throws as `openTraffic` does. */
  async startRunner(tasks: number, secrets: Secrets): Promise<Runner> {
    const traffic = await this.openTraffic();
    try {
      const pool = await this.#poolOfAll();
      return pool.open({ tasks, traffic, secrets });
    } catch (error) {
      await traffic.close();
      throw error;
    }
  }

  /** Starts the first threads, while it is still being worked out what about so many tasks are. */
  expect(tasks: number): void {
    // Why there are none is thrown where they are needed.
    void this.#poolOfAll().then(
      (pool) => pool.warm(tasks),
      () => undefined,
    );
  }

  /** Opened by the first run. Throws what opening throws; the next to come tries again. */
  async #poolOfAll(): Promise<Pool> {
    const opening = (this.#pool ??= this.#openPool());
    try {
      return await opening;
    } catch (error) {
      if (this.#pool === opening) this.#pool = undefined;
      throw error;
    }
  }

  /** Waits for all calls that came before, then ends the threads. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#calls).then(async () => {
      await (await this.#pool)?.close();
      for (const other of this.#others) await other.close();
    });
    return this.#closing;
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
