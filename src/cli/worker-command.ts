import { once } from 'node:events';
import { type PlannerOptions, type QueueWorker, startPlanner, startWorker, workerName } from '../index.ts';
import { type Log, ROLES, RunLog, logLease, redisAddress, withoutPassword } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { report, runOf } from './fill-one.ts';
import { PLACES, STORE, given } from './options.ts';
import { tell } from './output.ts';
import { PACE } from './pace-options.ts';
import { CONNECTION } from './provider-options.ts';
import { checkName, parseDuration } from './quantities.ts';
import { QUEUE, assertQueueGiven } from './queue-option.ts';
import { LOGGED, openLog } from './run-log.ts';
import { stopOnSignal } from './signals.ts';

const { workers, concurrency, 'in-flight': inFlight, 'recycle-after': recycleAfter } = PACE;

const OPTIONS = {
  ...QUEUE,
  store: { ...STORE.store, describe: 'Where it writes: postgres://… or s3://…, as its runs do' },
  role: {
    choices: ROLES,
    default: 'all',
    describe: 'What it takes: runs that nobody waits for, tasks of runs, or both',
  },
  'worker-id': {
    alias: 'id',
    value: 'NAME',
    otherwise: 'the name of this machine',
    read: checkName,
    describe: 'What it is called; alias id',
  },
  drain: {
    value: 'TIME',
    default: '30s',
    read: parseDrain,
    describe: 'How long tasks in work may take to end once it is told to stop; then others take them',
  },
  ...{ workers, concurrency, 'in-flight': inFlight, 'recycle-after': recycleAfter },
  'request-delay': { ...PACE['request-delay'], needs: {} },
  state: { ...CONNECTION.state, group: PLACES },
  ...LOGGED,
} as const satisfies Declarations;

/** `backfill worker`: takes tasks from the queue until it is stopped. */
export const workerCommand = command({
  name: 'worker',
  describe: 'Take tasks of runs from a queue that machines share',
  examples: [
    {
      does: 'On each machine, with the same queue and store',
      line: 'backfill worker --queue redis://box --store s3://lake',
    },
    { does: 'Two threads, under a name of its own', line: 'backfill worker --workers 2 --id alpha' },
  ],
  options: OPTIONS,
  notes:
    'BACKFILL_QUEUE or CELERY_BROKER_URL names the queue where --queue does not, BACKFILL_WORKER_ID, ' +
    'QMTL_SEAMLESS_WORKER or QMTL_WORKER_ID the worker. Keys of providers are looked for here, and of a provider without its ' +
    'key nothing is taken. Ctrl-C or SIGTERM: it takes no more, and ends when what is in work has.',
  explicit: ['drain'],
  run: work,
});

async function work(argv: ValuesOf<typeof OPTIONS>): Promise<number> {
  const queue = assertQueueGiven(argv.queue, 'worker');
  const { store, role, drain, workerId: name = workerName() } = argv;
  const { log, close } = await openLog(argv);
  const signals = stopOnSignal();
  const opened: QueueWorker[] = [];
  try {
    const own = { ...{ queue, store, name, onNote: tell }, ...given({ stateFolder: argv.state }) };
    const threads = {
      ...{ workers: argv.workers, concurrency: argv.concurrency },
      ...given({ inFlight: argv.inFlight, recycleAfter: argv.recycleAfter }),
      ...given({ requestDelayMs: argv.requestDelay }),
    };
    if (role !== 'download') opened.push(await startPlanner({ ...own, ...plannedBy(log) }));
    if (role !== 'discovery')
      opened.push(await startWorker({ ...own, ...threads, onLease: (event) => logLease(log, event) }));
    tell(openingLine({ name, role, queue, store }));
    await aborted(signals.stop);
    await Promise.all(opened.map((worker) => worker.drain(drain)));
    tell(`Worker ${name} has ended.`);
    return EXIT.done;
  } finally {
    signals.release();
    await close();
  }
}

/** How it carries out runs that nobody waits for: told like those of a command, and as events. */
function plannedBy(log: Log): Pick<PlannerOptions, 'carryOut'> {
  const telling = {
    ...{ dryRun: false, all: false, json: false, quiet: false, noProgress: false, strict: false },
  };
  return {
    carryOut: async ({ id, history, request }, stop) => {
      tell(`Run ${id} begins`);
      const summary = await runOf(
        request,
        { history, requests: [], telling, observer: new RunLog(log) },
        stop,
      );
      report(summary, telling);
      return summary;
    },
  };
}

/** What it takes, and where it writes. */
function openingLine({
  name,
  role,
  queue,
  store,
}: Record<'name' | 'role' | 'queue' | 'store', string>): string {
  const what = {
    all: 'runs that nobody waits for and tasks of runs',
    download: 'tasks of runs',
    discovery: 'runs that nobody waits for',
  }[role as (typeof ROLES)[number]];
  const { shown } = redisAddress(queue);
  return `Worker ${name} takes ${what} from ${shown} and writes ${withoutPassword(store)}`;
}

async function aborted(stop: AbortSignal): Promise<void> {
  if (!stop.aborted) await once(stop, 'abort');
}

/** A bare number is of seconds. Throws `usage`. */
function parseDrain(name: string, text: string): number {
  return parseDuration(name, /^\d+$/.test(text) ? `${text}s` : text);
}
