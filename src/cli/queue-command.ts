import { BackfillError, type QueueDesk, openQueueDesk } from '../index.ts';
import { pingText, pingWarnings, plural, queueText, waitingText } from '../terminal.ts';
import { ask, canAsk } from './ask.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT, STORE } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage } from './page.ts';
import { QUEUE, assertQueueGiven } from './queue-option.ts';
import { retryParked } from './retry-parked.ts';

const OPTIONS = {
  what: {
    word: 'one',
    value: 'WHAT',
    required: true,
    choices: ['status', 'ping', 'drain', 'retry'],
    describe:
      'status: how it stands; ping: who answers; drain: remove what waits; retry: run again what was given up',
  },
  ...QUEUE,
  store: { ...STORE.store, needs: { what: ['retry', 'drain'] } },
  yes: { type: 'switch', needs: { what: ['drain'] }, describe: 'Drain without asking' },
  json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' },
} as const satisfies Declarations;

/** `backfill queue`: how the queue of several machines stands, and what can be done about it. */
export const queueCommand = command({
  name: 'queue',
  describe: 'Look after the queue that machines share',
  examples: [
    { does: 'What waits, who works', line: 'backfill queue status --queue redis://box' },
    { does: 'Whether its server keeps tasks, and workers answer', line: 'backfill queue ping' },
    { does: 'Remove what waits; what is in work ends', line: 'backfill queue drain --yes' },
    { does: 'Run again what was given up', line: 'backfill queue retry --store s3://lake' },
  ],
  options: OPTIONS,
  notes:
    'BACKFILL_QUEUE or CELERY_BROKER_URL names the queue where --queue does not. A task is given up, and parked, when three ' +
    'workers died with it. What waits of a run that is drained is planned again by the next run.',
  explicit: ['what', 'yes'],
  run: async (argv) => {
    const queue = assertQueueGiven(argv.queue, 'queue');
    const desk = await openQueueDesk(queue);
    try {
      return await ACTIONS[argv.what](desk, { ...argv, queue });
    } finally {
      await desk.close();
    }
  },
});

type QueueValues = ValuesOf<typeof OPTIONS> & { readonly queue: string };

const ACTIONS: Readonly<
  Record<QueueValues['what'], (desk: QueueDesk, argv: QueueValues) => Promise<number>>
> = { status, ping, drain, retry: retryParked };

async function status(desk: QueueDesk, { json }: QueueValues): Promise<number> {
  const [depths, seen, runs] = await Promise.all([desk.depths(), desk.machines(), desk.runs()]);
  const machines = seen.map(({ isDraining = false, ...machine }) => ({ ...machine, isDraining }));
  const standing = { server: desk.server, depths, machines, runs };
  await (json ? printJson(standing) : print(queueText(standing, dataPage(false))));
  return EXIT.done;
}

/** What loses tasks is told, and is no failure: the server may be somebody else's. */
async function ping(desk: QueueDesk, { json }: QueueValues): Promise<number> {
  const said = await desk.ping();
  const warnings = pingWarnings(said);
  await (json ? printJson({ ...said, warnings }) : print(pingText(said)));
  for (const warning of warnings) tell(`warning: ${warning}`);
  const isSilent = said.machines.some(({ answeredMs }) => answeredMs === null);
  return isSilent || said.refuses !== null ? EXIT.someFailed : EXIT.done;
}

async function drain(desk: QueueDesk, { yes, json, store }: QueueValues): Promise<number> {
  const waiting = await desk.waiting();
  const tasks = waiting.reduce((sum, one) => sum + one.tasks, 0);
  if (tasks > 0 && !yes) {
    for (const line of [`${plural(tasks, 'task')} wait in ${desk.server}:`, ...waitingText(waiting)])
      tell(line);
    if (!canAsk())
      throw new BackfillError('usage', 'queue drain: add --yes to remove what waits without being asked');
    if (!(await ask('Remove them, and stop their runs?'))) return EXIT.someFailed;
  }
  const removed = tasks === 0 ? [] : await desk.drain(store, tell);
  const gone = removed.reduce((sum, one) => sum + one.tasks, 0);
  if (json) await printJson({ server: desk.server, removed });
  else await print([`${plural(gone, 'task')} removed`, ...waitingText(removed)]);
  return EXIT.done;
}
