import type { Task, Want } from '../core/plan/task.ts';

interface InWork {
  readonly begunAt: number;
  wantsLeft: number;
}

/** Tasks that are handed out and not over yet. */
export class TasksInWork {
  readonly #byWant = new Map<string, InWork>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `at`: ms since the epoch. */
  begin({ wants }: Task, at: number): void {
    const one = { begunAt: at, wantsLeft: wants.length };
    for (const want of wants) this.#byWant.set(want.id, one);
    this.#count++;
  }

  /** A task that fills no want by itself is over. */
  end({ wants }: Task): void {
    if (wants.length === 0) this.#count = Math.max(0, this.#count - 1);
  }

  /** How long a want was in work, in ms; undefined where that is not known. */
  endWant({ id }: Want, at: number): number | undefined {
    const one = this.#byWant.get(id);
    if (one === undefined) return undefined;
    this.#byWant.delete(id);
    one.wantsLeft--;
    if (one.wantsLeft === 0) this.#count = Math.max(0, this.#count - 1);
    return at - one.begunAt;
  }

  /** The run is over, or another one of its chain is asked. */
  clear(): void {
    this.#byWant.clear();
    this.#count = 0;
  }
}
