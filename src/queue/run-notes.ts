import { queueCommand } from '../core/for-shell.ts';
import { plural } from '../core/plural.ts';
import type { QueueRun } from './run.ts';

/** That workers do not know that the run was stopped; `server`: URL of its Redis. */
export function untoldText({ id, store }: QueueRun, server: string): string {
  const attach = queueCommand(`attach ${id}`, { queue: server, store });
  return `the queue could not be told that run ${id} was stopped: workers may go on with its tasks; to go on with it: ${attach}`;
}

/** That more was stored than is counted as new. */
export function givenAgainText(tasks: number): string {
  const lost = tasks === 1 ? 'it, or its result' : 'them, or their results';
  return `${plural(tasks, 'task')} had to be given out again, as the queue lost ${lost}: bars stored before that are not counted as new`;
}
