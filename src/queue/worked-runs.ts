import { BackfillError } from '../core/errors.ts';
import { isSameStore } from '../core/same-store.ts';
import type { QueueWorkerOptions } from './options.ts';
import { readRun } from './run.ts';
import { joiningHere } from './unable.ts';
import { WorkedRun } from './worked-run.ts';

/** The runs that a worker works for. */
export class WorkedRuns {
  readonly #worker: string;
  readonly #options: QueueWorkerOptions;
  readonly #runs = new Map<string, Promise<WorkedRun | undefined>>();

  /** `worker`: its id among the machines. */
  constructor(worker: string, options: QueueWorkerOptions) {
    this.#worker = worker;
    this.#options = options;
  }

  /** Those that it has joined. */
  all(): Promise<readonly (WorkedRun | undefined)[]> {
    return Promise.all([...this.#runs.values()].map((joining) => settledIn(joining)));
  }

  /** Follows what became of the runs; gives those that go on. */
  async follow(): Promise<readonly WorkedRun[]> {
    const going: WorkedRun[] = [];
    for (const [id, joining] of this.#runs) {
      const worked = await settledIn(joining);
      if (worked === undefined || worked.isLeaving) continue;
      if (worked.follow(await readRun(this.#options.redis, id))) void this.#leave(id, joining, worked);
      else {
        await worked.flush();
        going.push(worked);
      }
    }
    return going;
  }

  async #leave(id: string, joining: Promise<unknown>, worked: WorkedRun): Promise<void> {
    await worked.leave();
    if (this.#runs.get(id) === joining) this.#runs.delete(id);
  }

  /**
   * Joins a run, once. Undefined: it is not known, or has ended. Throws what joining it throws, and `Unable` where another
   * worker may be able to.
   */
  async of(id: string): Promise<WorkedRun | undefined> {
    const known = this.#runs.get(id);
    const worked = await known;
    if (known !== undefined && worked?.isLeaving !== true) return worked;
    await worked?.leave();
    // Of all that come at once the first joins.
    const joining = this.#runs.get(id);
    if (joining !== undefined && joining !== known) return this.of(id);
    const joined = joiningHere(this.#join(id));
    this.#runs.set(id, joined);
    const forget = (): void => {
      if (this.#runs.get(id) === joined) this.#runs.delete(id);
    };
    joined.then((run) => run ?? forget(), forget);
    return joined;
  }

  async #join(id: string): Promise<WorkedRun | undefined> {
    const { redis, store, name } = this.#options;
    const run = await readRun(redis, id);
    if (run === undefined || run.state === 'ended') return undefined;
    if (!isSameStore(run.store, store))
      throw new BackfillError('usage', `run ${run.id} writes ${run.store}, and the worker ${name} ${store}`);
    return WorkedRun.join(run, this.#worker, this.#options);
  }
}

function settledIn(joining: Promise<WorkedRun | undefined>): Promise<WorkedRun | undefined> {
  return joining.catch(() => undefined);
}
