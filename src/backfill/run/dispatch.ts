import type { Task } from '../../core/plan/task.ts';
import type { TaskResult } from '../runner.ts';

export interface Dispatch {
  readonly tasks: readonly Task[];
  /** Tasks in work at once; asked before every task. */
  readonly capacity: () => number;
  readonly run: (task: Task) => Promise<TaskResult>;
  readonly onStart?: (task: Task) => void;
  readonly onResult: (task: Task, result: TaskResult) => void;
  /** Asked before every task is handed out; true: hand out no more, wait for those in work. */
  readonly stopped: () => boolean;
  /** Asked before a task is handed out; true: it is passed over, and given back. Default: none is. */
  readonly isClosed?: (task: Task) => boolean;
  /** What a task is asked of that bears fewer at once. Default: there is no such thing. */
  readonly endpointOf?: (task: Task) => Endpoint | undefined;
}

/** What is asked by no more tasks at once than it bears. */
export interface Endpoint {
  readonly name: string;
  /** At least 1. */
  readonly mostAtOnce: number;
}

/**
 * Hands tasks out in their order, never more than `capacity` at once and never two that write the same partition nor more of an
 * endpoint than that bears; what is collected of a market is distributed when all of it has come, or was passed over, and so with what is told of splits. A
 * task that has to wait is overtaken by those behind it. Gives the tasks that were not handed out.
 */
export async function dispatch(options: Dispatch): Promise<Task[]> {
  const { tasks, isClosed = () => false } = options;
  const queue = new WaitingTasks(tasks, options.endpointOf);
  const passedOver = new Set<number>();
  const inWork = new Set<number>();
  let wake = (): void => {};
  let bug: { readonly error: unknown } | undefined;
  const work = async (at: number, task: Task): Promise<void> => {
    try {
      const result = await options.run(task);
      inWork.delete(at);
      queue.free(at);
      options.onResult(task, result);
    } catch (error) {
      bug ??= { error };
    }
    wake();
  };
  const oneIsDone = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (bug !== undefined) throw bug.error;
  };
  while (!options.stopped()) {
    const at = inWork.size < options.capacity() ? queue.next() : undefined;
    if (at === undefined) {
      if (inWork.size === 0) break;
      await oneIsDone();
      continue;
    }
    const task = tasks[at] as Task;
    if (isClosed(task)) {
      passedOver.add(at);
      queue.free(at);
      continue;
    }
    inWork.add(at);
    options.onStart?.(task);
    void work(at, task);
  }
  while (inWork.size > 0) await oneIsDone();
  return tasks.filter((_, at) => passedOver.has(at) || !queue.isTaken(at));
}

/**
 * Tasks by their places, in their order. One that would write what a task in work writes waits for just that, and comes
 * before all others once it is written: nobody looks at it in between, however many wait.
 */
class WaitingTasks {
  readonly #tasks: readonly Task[];
  readonly #taken: Uint8Array;
  readonly #busy = new Set<string>();
  /** Places that wait for a partition. */
  readonly #behind = new Map<string, number[]>();
  /** Places that may have nothing in their way any more. */
  readonly #ready: number[] = [];
  #fresh = 0;
  /** Tasks that still bring what others need, by its name. */
  readonly #bringing = new Map<string, number>();
  /** Places of those that need it, by the same. */
  readonly #needing = new Map<string, number[]>();
  readonly #endpointOf: NonNullable<Dispatch['endpointOf']>;
  /** Tasks in work of each endpoint, by its name, and the places that wait for one of them to end. */
  readonly #asking = new Map<string, number>();
  readonly #held = new Map<string, number[]>();

  constructor(tasks: readonly Task[], endpointOf: Dispatch['endpointOf'] = () => undefined) {
    this.#tasks = tasks;
    this.#endpointOf = endpointOf;
    this.#taken = new Uint8Array(tasks.length);
    for (const task of tasks) {
      const what = broughtBy(task);
      if (what !== undefined) this.#bringing.set(what, (this.#bringing.get(what) ?? 0) + 1);
    }
  }

  /** The first task that nothing is in the way of: it counts as in work. Undefined where all wait. */
  next(): number | undefined {
    for (;;) {
      const at = this.#ready.shift() ?? (this.#fresh < this.#tasks.length ? this.#fresh++ : undefined);
      if (at === undefined) return undefined;
      const task = this.#tasks[at] as Task;
      const { partitions } = task;
      if (this.#lacks(neededBy(task), at) || this.#isHeld(task, at)) continue;
      const busy = partitions.find((partition) => this.#busy.has(partition));
      if (busy === undefined) {
        for (const partition of partitions) this.#busy.add(partition);
        this.#taken[at] = 1;
        this.#ask(task, 1);
        return at;
      }
      const behind = this.#behind.get(busy);
      if (behind === undefined) this.#behind.set(busy, [at]);
      else insert(behind, at);
      // What this one was woken for is free for those that wait behind it.
      this.#wakeBehind(partitions);
    }
  }

  /** A task is in work no more. */
  free(at: number): void {
    const task = this.#tasks[at] as Task;
    const { partitions } = task;
    for (const partition of partitions) this.#busy.delete(partition);
    this.#wakeBehind(partitions);
    this.#brought(broughtBy(task));
    this.#ask(task, -1);
  }

  /** Whether a place has to wait because its endpoint bears no more. */
  #isHeld(task: Task, at: number): boolean {
    const endpoint = this.#endpointOf(task);
    if (endpoint === undefined || (this.#asking.get(endpoint.name) ?? 0) < endpoint.mostAtOnce) return false;
    const held = this.#held.get(endpoint.name);
    if (held === undefined) this.#held.set(endpoint.name, [at]);
    else insert(held, at);
    return true;
  }

  /** Counts one more that asks an endpoint, or one less, whose place goes to the first that waits for it. */
  #ask(task: Task, more: 1 | -1): void {
    const endpoint = this.#endpointOf(task);
    if (endpoint === undefined) return;
    this.#asking.set(endpoint.name, (this.#asking.get(endpoint.name) ?? 0) + more);
    const next = more < 0 ? this.#held.get(endpoint.name)?.shift() : undefined;
    if (next !== undefined) insert(this.#ready, next);
  }

  /** Whether a place has to wait for what is still to be brought. */
  #lacks(what: string | undefined, at: number): boolean {
    if (what === undefined || !this.#bringing.has(what)) return false;
    const waiting = this.#needing.get(what);
    if (waiting === undefined) this.#needing.set(what, [at]);
    else waiting.push(at);
    return true;
  }

  #brought(what: string | undefined): void {
    if (what === undefined) return;
    const left = (this.#bringing.get(what) ?? 0) - 1;
    this.#bringing.set(what, left);
    if (left > 0) return;
    this.#bringing.delete(what);
    for (const place of this.#needing.get(what) ?? []) insert(this.#ready, place);
    this.#needing.delete(what);
  }

  isTaken(at: number): boolean {
    return this.#taken[at] === 1;
  }

  #wakeBehind(partitions: readonly string[]): void {
    for (const partition of partitions) {
      if (this.#busy.has(partition)) continue;
      const first = this.#behind.get(partition)?.shift();
      if (first !== undefined) insert(this.#ready, first);
      if (this.#behind.get(partition)?.length === 0) this.#behind.delete(partition);
    }
  }
}

/** Name of what a task brings for others: a market, or what is told of splits. */
function broughtBy(task: Task): string | undefined {
  if ('slice' in task) return task.market;
  return 'tickers' in task ? task.id : undefined;
}

function neededBy(task: Task): string | undefined {
  if ('bucket' in task) return task.market;
  return 'after' in task ? task.after : undefined;
}

/** Inserts a place into an ascending list; nearly always at its end. */
function insert(places: number[], place: number): void {
  let at = places.length;
  while (at > 0 && (places[at - 1] as number) > place) at--;
  places.splice(at, 0, place);
}
