import type { Task, Want } from '../../core/plan/task.ts';
import type { BackfillEvent } from '../run/events.ts';
import { type HandOut, nothingDone, TaskHandOut } from '../run/hand-out.ts';
import type { SeriesResult } from '../runner.ts';

/**
 * Asks for what a run needs to judge what it wanted. What comes counts as the run's, but for its failures, which say nothing
 * of what was wanted. Gives all of it.
 */
export async function askedBeside(
  tasks: readonly Task[],
  handingOut: HandOut,
): Promise<ReadonlyMap<Want, SeriesResult>> {
  const { done } = handingOut;
  const answers = new Map<Want, SeriesResult>();
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'finished') answers.set(event.want, event.result);
  };
  const asking = nothingDone();
  await new TaskHandOut({ ...handingOut, done: asking, onEvent }).all(tasks);
  done.priced += asking.priced;
  done.requests += asking.requests;
  done.requestsLeft += asking.requestsLeft;
  return answers;
}
