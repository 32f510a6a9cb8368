import type { BarStore, Lease } from '../store/store.ts';

/** The lease of a store, held in common: taken when the first asks for it, let go when the last lets go. */
export class SharedLease {
  readonly #store: BarStore;
  #holders = 0;
  #held: Promise<Lease> | undefined;
  #letGo: Promise<void> = Promise.resolve();

  constructor(store: BarStore) {
    this.#store = store;
  }

  /** Throws like `BarStore.acquire`. */
  async join(): Promise<Lease> {
    this.#holders++;
    this.#held ??= this.#letGo.then(() => this.#store.acquire());
    try {
      const lease = await this.#held;
      return { ...lease, release: () => this.#leave(lease) };
    } catch (error) {
      this.#holders--;
      if (this.#holders === 0) this.#held = undefined;
      throw error;
    }
  }

  async #leave(lease: Lease): Promise<void> {
    this.#holders--;
    if (this.#holders > 0) return;
    this.#held = undefined;
    const released = lease.release();
    this.#letGo = released.catch(() => undefined);
    await released;
  }
}
