import type { Slice } from '../../core/plan/slice.ts';

/**
 * The staging of a store as the runs share it that go side by side: a session that several want is asked for once, and
 * what lies there is swept when none of them needs it any more. Other processes write the store when no run of this one
 * does.
 */
export class SharedStaging {
  #runs = 0;
  #sweeping: Promise<void> = Promise.resolve();
  /** By session: who asks for it. */
  readonly #asking = new Map<string, Promise<unknown>>();

  /** One more run, once nothing is being swept. Before it looks at what lies in staging. */
  async begin(): Promise<void> {
    this.#runs++;
    await this.#sweeping;
  }

  end(): void {
    this.#runs--;
  }

  /** Sweeps, unless another run goes on: then that one does when it ends. */
  async sweep(work: () => Promise<void>): Promise<void> {
    if (this.#runs > 1) return;
    const sweeping = work();
    this.#sweeping = sweeping.catch(() => undefined);
    await sweeping;
  }

  /** Asks for a session after those who asked for the same before: whoever comes then finds it in staging. */
  async inTurn<T>({ interval, session }: Slice, ask: () => Promise<T>): Promise<T> {
    const key = `${interval} ${session}`;
    const before = this.#asking.get(key);
    const asking = (before ?? Promise.resolve()).then(ask, ask);
    this.#asking.set(key, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    }
  }
}
