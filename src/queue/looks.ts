/** Looks at what goes on, one look at a time: again and again, and where there is news at once. */
export class Looks {
  readonly #look: () => Promise<void>;
  readonly #everyMs: number;
  #looking: Promise<void> | undefined;
  #isNews = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** What of a look fails, because a server is away, is done by a later one. */
  constructor(look: () => Promise<void>, everyMs: number) {
    this.#look = look;
    this.#everyMs = everyMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.#once(), this.#everyMs);
  }

  /** Looks now, or again as soon as the look that goes on has ended: it may have seen what was before. */
  atOnce(): void {
    this.#isNews = this.#looking !== undefined;
    this.#once();
  }

  /** Looks no more; resolves when the look that goes on has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  #once(): void {
    if (this.#looking !== undefined || this.#isStopped) return;
    this.#looking = this.#look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
        if (!this.#isNews) return;
        this.#isNews = false;
        this.#once();
      });
  }
}
