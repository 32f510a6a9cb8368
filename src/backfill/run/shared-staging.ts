import { type Slice, sliceKey } from '../../core/plan/slice.ts';

/**
 * The staging of a store as the runs share it that go side by side: a session that several want is asked for once, and
 * what lies there is swept when none of them needs it any more. Other processes write the store when no run of this one
 * does.
 */
export class SharedStaging {
  /** The runs that may need what lies there. */
  readonly #users = new Set<symbol>();
  /** For whom nothing of it is needed any more, see `StagedSlice.list`: of runs that came to their end and have not been swept. */
  #ended = new Set<string>();
  #sweeping: Promise<void> = Promise.resolve();
  /** By session: who asks for it. */
  readonly #asking = new Map<string, Promise<unknown>>();

  /** One more run, once nothing is being swept: before it looks at what lies in staging. Gives who it is. */
  async begin(): Promise<symbol> {
    const user = Symbol('run');
    this.#users.add(user);
    await this.#sweeping;
    return user;
  }

  /** A run that needs nothing of it any more. */
  leave(user: symbol): void {
    this.#users.delete(user);
  }

  /** A run of that list came to its end. */
  noteEnded(list: string): void {
    this.#ended.add(list);
  }

  /** The lists whose runs came to their end since this was asked, which whoever asks sweeps. */
  takeEnded(): ReadonlySet<string> {
    const ended = this.#ended;
    this.#ended = new Set();
    return ended;
  }

  /** Sweeps for a run, unless another one needs what lies there: then that does when it has left. */
  async sweep(user: symbol, work: () => Promise<void>): Promise<void> {
    if ([...this.#users].some((other) => other !== user)) return;
    const sweeping = work();
    this.#sweeping = sweeping.catch(() => undefined);
    await sweeping;
  }

  /** Asks for a session after those who asked for the same before: whoever comes then finds it in staging. */
  async inTurn<T>(slice: Slice, ask: () => Promise<T>): Promise<T> {
    const key = sliceKey(slice);
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
