import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { HandedOver } from './handed-over.ts';
import { DISCOVERY_QUEUE } from './names.ts';
import type { NamedQueue } from './queues.ts';
import { readRun, setRunState } from './run.ts';

/** Tasks of a run that wait in the queue of a provider. Plain JSON. */
export interface WaitingTasks {
  readonly provider: string;
  readonly run: string;
  readonly tasks: number;
}

/** Ids of jobs that are removed by one question. */
const AT_ONCE = 500;

/** Ids of the jobs that no machine has in work, in whatever order. */
async function waitingIds(redis: Redis, queue: Queue): Promise<string[]> {
  const [waiting, first, delayed] = await Promise.all([
    redis.lrange(queue.toKey('wait'), 0, -1),
    redis.zrange(queue.toKey('prioritized'), '0', '-1'),
    redis.zrange(queue.toKey('delayed'), '0', '-1'),
  ]);
  // Older servers have markers among them.
  return [...waiting, ...first, ...delayed].filter((id) => !id.startsWith('0:'));
}

/** What waits, by run. */
export async function waitingByRun(
  redis: Redis,
  { queue, provider }: NamedQueue,
): Promise<readonly WaitingTasks[]> {
  const counts = new Map<string, number>();
  for (const id of await waitingIds(redis, queue)) {
    const run = runOfJob(queue.name, id);
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return [...counts].map(([run, tasks]) => ({ provider, run, tasks }));
}

/** A job's id begins with its run's; one that is a whole run has its id. */
function runOfJob(queue: string, id: string): string {
  return queue === DISCOVERY_QUEUE ? id : id.replace(/-\d+-[\da-f]+$/, '');
}

/**
 * Removes what waits, and has nothing more be asked for the runs that it is of: whoever plans one is told that it was stopped.
 * What is in work ends. Gives what was removed, by run. `onTakenOut` is given each whole run that was.
 */
export async function drainQueue(
  redis: Redis,
  named: NamedQueue,
  onTakenOut: (handed: HandedOver) => Promise<void> = () => Promise.resolve(),
): Promise<readonly WaitingTasks[]> {
  const { queue, provider } = named;
  const found = await waitingByRun(redis, named);
  if (queue.name !== DISCOVERY_QUEUE)
    for (const { run } of found) if (await isOpen(redis, run)) await setRunState(redis, run, 'cancelled');
  const removed = new Map<string, number>();
  const ids = await waitingIds(redis, queue);
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const whole = queue.name === DISCOVERY_QUEUE ? await handedIn(queue, some) : [];
    const gone = await Promise.all(some.map((id) => queue.remove(id).catch(() => 0)));
    for (const [i, id] of some.entries()) {
      const run = runOfJob(queue.name, id);
      // One that was taken meanwhile is in work.
      removed.set(run, (removed.get(run) ?? 0) + (gone[i] === 1 ? 1 : 0));
      const handed = whole[i];
      if (gone[i] === 1 && handed !== undefined) await onTakenOut(handed);
    }
  }
  return [...removed].map(([run, tasks]) => ({ provider, run, tasks }));
}

/** What jobs of whole runs tell; undefined for one that is gone. */
function handedIn(
  queue: Queue<HandedOver>,
  ids: readonly string[],
): Promise<readonly (HandedOver | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await queue.getJob(id))?.data));
}

async function isOpen(redis: Redis, run: string): Promise<boolean> {
  return (await readRun(redis, run))?.state === 'open';
}
