/** How something is had that several have in common. */
interface Sharing<T> {
  readonly open: () => Promise<T>;
  readonly close: (thing: T) => Promise<void>;
  /** Whether it is of no use to whoever comes now. Default: never. */
  readonly isSpent?: (thing: T) => boolean;
}

/** A part in it. `leave` throws what closing throws, if this is the last part. */
interface Part<T> {
  readonly thing: T;
  readonly leave: () => Promise<void>;
}

interface Opening<T> {
  readonly thing: Promise<T>;
  holders: number;
  /** Resolves when the last has let go. */
  readonly over: Promise<void>;
  readonly end: () => void;
}

/**
 * A thing that several have in common: opened when the first asks for it, closed when the last lets go. Whoever comes when
 * it is spent, or is being closed, has a fresh one after that.
 */
export class Shared<T> {
  readonly #how: Sharing<T>;
  #opening: Opening<T> | undefined;
  #closed: Promise<void> = Promise.resolve();

  constructor(how: Sharing<T>) {
    this.#how = how;
  }

  /** Throws what opening throws; the next to come tries again. */
  async join(): Promise<Part<T>> {
    for (;;) {
      const opening = (this.#opening ??= this.#begin());
      opening.holders++;
      let thing: T;
      try {
        thing = await opening.thing;
      } catch (error) {
        if (this.#opening === opening) this.#opening = undefined;
        throw error;
      }
      const leave = (): Promise<void> => this.#leave(opening, thing);
      if (this.#how.isSpent?.(thing) !== true) return { thing, leave };
      // What is wrong with it, those who used it are told.
      await leave().catch(() => undefined);
      await opening.over;
    }
  }

  #begin(): Opening<T> {
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    return { thing: this.#closed.then(this.#how.open), holders: 0, over, end };
  }

  async #leave(opening: Opening<T>, thing: T): Promise<void> {
    opening.holders--;
    if (opening.holders > 0) return;
    this.#opening = undefined;
    const closed = this.#how.close(thing);
    this.#closed = closed.catch(() => undefined);
    opening.end();
    await closed;
  }
}
