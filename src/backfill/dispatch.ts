import type { Task } from '../core/plan.ts';
import type { TaskResult } from './runner.ts';

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
}

/**
 * Hands tasks out in their order, never more than `capacity` at once and never two that write the same partition;
 * a task that has to wait is overtaken by those behind it. Gives the tasks that were not handed out.
 */
export async function dispatch(options: Dispatch): Promise<Task[]> {
  const waiting = [...options.tasks];
  const busy = new Set<string>();
  const inWork = new Set<Promise<void>>();
  const { isClosed = () => false } = options;
  const takeNext = (): Task | undefined => {
    const index = waiting.findIndex(
      (task) => !isClosed(task) && !task.partitions.some((partition) => busy.has(partition)),
    );
    return index === -1 ? undefined : waiting.splice(index, 1)[0];
  };
  while (!options.stopped()) {
    const task = inWork.size < options.capacity() ? takeNext() : undefined;
    if (task === undefined) {
      if (inWork.size === 0) break;
      await Promise.race(inWork);
      continue;
    }
    for (const partition of task.partitions) busy.add(partition);
    options.onStart?.(task);
    const work = options.run(task).then((result) => {
      for (const partition of task.partitions) busy.delete(partition);
      inWork.delete(work);
      options.onResult(task, result);
    });
    inWork.add(work);
  }
  await Promise.all(inWork);
  return waiting;
}
