import type { Fetch, FetchActions } from '../../core/plan/task.ts';
import type { Told } from '../told-actions.ts';

/** What was told of splits and dividends, until the last task that waited for it has it. */
export class ToldStage {
  readonly #told = new Map<string, { readonly told: Told; waiting: number }>();

  note({ id, waiting }: FetchActions, told: Told): void {
    this.#told.set(id, { told, waiting });
  }

  /** Undefined where the task waited for nothing, or nothing came of it: then it asks for itself. */
  give({ after = '' }: Fetch): Told | undefined {
    const one = this.#told.get(after);
    if (one === undefined) return undefined;
    if (--one.waiting === 0) this.#told.delete(after);
    return one.told;
  }

  /** No task waits any more. */
  clear(): void {
    this.#told.clear();
  }
}
