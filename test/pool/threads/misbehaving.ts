import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { SeriesReport, ThreadMessage, TaskResult } from '../../../src/backfill/runner.ts';

/** What a test hands to the threads. */
export interface Shared {
  /** Folder for files by which test and thread tell each other where they are. */
  readonly folder?: string;
  /** Good tasks that ran, `[0]`. */
  readonly ran?: Int32Array<SharedArrayBuffer>;
}

const { folder = '', ran } = (workerData ?? {}) as Shared;

const REPORT: SeriesReport = {
  bars: 1,
  inserted: 1,
  changed: 0,
  revised: 0,
  provisional: 0,
  waiting: 0,
  fillers: 0,
  oddities: [],
  drift: {},
  fingerprint: null,
  unconfirmed: null,
  present: 1,
  absent: {},
  unavailable: [],
  missing: 0,
  rejected: 0,
  dropped: 0,
  unfinished: 0,
  offGrid: 0,
  strays: 0,
  unusable: 0,
  firstFault: null,
  wayOut: null,
  fetchMs: 0,
  storeMs: 0,
};

const GOOD: TaskResult = { series: [{ ok: true, report: REPORT }] };

const never = new Promise<never>(() => undefined);

/** Blocks the thread while another process runs a program in the folder. */
function runNode(program: string): void {
  execFileSync(process.execPath, ['-e', program], { cwd: folder, timeout: 20_000 });
}

/** Misbehaviours by ticker. They come a little after the task began, so that others share the thread by then. */
const FAULTS: Readonly<Record<string, () => unknown>> = {
  EXIT: () => process.exit(7),
  UNCAUGHT: () => {
    setTimeout(() => {
      throw new Error('boom');
    }, 1);
    return never;
  },
  REJECTION: () => {
    void Promise.reject(new Error('nobody listens'));
    return never;
  },
  HEAP: () => {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 10_000 }, () => 1.5));
  },
  LOOP: () => {
    for (;;);
  },
  HANG: () => never,
  // Blocked outside JavaScript, until there is a file `unblock`.
  BLOCKED: () => runNode("setInterval(() => fs.existsSync('unblock') && process.exit(), 20)"),
  THROW: () => {
    throw new TypeError('a bug');
  },
  NOTHING: () => null,
  UNCLONEABLE: () => () => undefined,
  // A good task, after which the thread is blocked for a while.
  LINGER: () => {
    setImmediate(
      runNode,
      "fs.writeFileSync('begun', ''); setTimeout(() => fs.writeFileSync('done', ''), 300)",
    );
    return GOOD;
  },
};

/**
 * Thread entry: does what the order's ticker says, 10 ms after the task began (`EXIT@150`: after 150 ms). A ticker
 * without a fault gives a report.
 */
export default async function misbehave(message: ThreadMessage | string): Promise<unknown> {
  if (typeof message === 'string') return message;
  if ('ended' in message) return undefined;
  const ticker = message.order.task.wants[0]?.series.ticker ?? '';
  const [name = '', afterMs = 10] = ticker.split('@');
  await sleep(Number(afterMs));
  const fault = FAULTS[name];
  if (fault !== undefined) return fault();
  if (ran !== undefined) Atomics.add(ran, 0, 1);
  return GOOD;
}
