import { BackfillError, openQueueDesk } from '../index.ts';
import { redisAddress, workersLine } from '../terminal.ts';
import type { Declarations } from './declaration.ts';
import { tell } from './output.ts';

const GROUP = 'Several machines';

/** Which queue machines share. */
export const QUEUE = {
  queue: {
    value: 'URL',
    read: checkQueue,
    group: GROUP,
    describe: 'Redis or Valkey whose queues machines share, redis://HOST:6379',
  },
} as const satisfies Declarations;

/** Options of runs whose tasks machines do. */
export const QUEUED = {
  queue: {
    ...QUEUE.queue,
    describe:
      'Have the workers of this queue do the tasks, redis://HOST:6379; the store is a database or a bucket',
  },
  async: {
    type: 'switch',
    needs: { queue: 'given' },
    voidWith: [...['dry-run', 'plan', 'plan-out', 'on-done', 'dashboard', 'metrics-file', 'metrics-port']],
    group: GROUP,
    describe: 'Hand the run itself to a worker too, and return',
  },
  world: {
    value: 'NAME',
    needs: { queue: 'given' },
    group: GROUP,
    describe: 'Which world the run is for, in the logs of workers',
  },
  'as-of': {
    value: 'INSTANT',
    needs: { queue: 'given' },
    group: GROUP,
    describe: 'As of when it is asked for, in the logs of workers',
  },
} as const satisfies Declarations;

/** A URL of a Redis. Throws `usage`. */
function checkQueue(name: string, text: string): string {
  try {
    redisAddress(text);
    return text;
  } catch (error) {
    throw error instanceof BackfillError ? new BackfillError('usage', `${name}: ${error.message}`) : error;
  }
}

/** The queue that a command is about. Throws `usage` where none is named. */
export function assertQueueGiven(queue: string | undefined, command: string): string {
  if (queue !== undefined) return queue;
  throw new BackfillError(
    'usage',
    `${command} needs --queue URL, such as redis://127.0.0.1:6379, or BACKFILL_QUEUE`,
  );
}

/** Tells which workers are there for a run. Throws `queue-unusable` where there is no such Redis, before anything is done. */
export async function tellWorkers({
  queue,
  quiet,
}: {
  readonly queue: string | undefined;
  readonly quiet: boolean;
}): Promise<void> {
  if (queue === undefined) return;
  const desk = await openQueueDesk(queue);
  try {
    const machines = (await desk.machines()).filter(({ isAlive, role }) => isAlive && role !== 'discovery');
    // That none is there the run says itself, if none comes.
    if (!quiet && machines.length > 0) tell(workersLine(machines));
  } finally {
    await desk.close();
  }
}
