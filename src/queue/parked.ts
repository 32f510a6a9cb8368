import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Want } from '../core/plan/task.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import { isSameStore } from '../core/same-store.ts';
import type { Interval } from '../core/session/interval.ts';
import { type JobData, orderOf } from './job.ts';
import type { HandedOver } from './handed-over.ts';
import { DISCOVERY_QUEUE, PREFIX } from './names.ts';
import { type NamedQueue, readQueues } from './queues.ts';
import { type QueueRun, readRun } from './run.ts';

/** Of a run, what another one for the same work needs. */
type Own = Pick<QueueRun, 'provider' | 'quotas' | 'rateShare' | 'world' | 'requestedAsOf' | 'isDerived'>;

/** What parked tasks of runs that were alike were to bring of one length of bars. Plain JSON. */
export interface ParkedWork extends Own {
  readonly interval: Interval;
  readonly tickers: readonly string[];
  /** Session dates of all of them together, both inclusive. */
  readonly start: string;
  readonly end: string;
}

/** Tasks that were given up, taken out of a queue. */
export interface TakenOut {
  readonly provider: string;
  /** All of them. */
  readonly tasks: number;
  /** What they were to bring. */
  readonly work: readonly ParkedWork[];
  /** Tasks of which nobody knows any more what they were for, or which are of no ticker: they are removed too. */
  readonly unknown: number;
  /** Ids of whole runs that could not be carried out: they are not taken out, but wait again for whoever plans them. */
  readonly runs: readonly string[];
}

/** Takes the tasks of a store out of a queue that were given up, and tells what they were for. `store`: as it is shown. */
export async function takeOutParked(
  redis: Redis,
  { queue, provider, store: its }: NamedQueue,
  store: string,
): Promise<TakenOut> {
  if (its !== null && !isSameStore(its, store)) return { provider, tasks: 0, work: [], unknown: 0, runs: [] };
  const ids = await redis.zrange(queue.toKey('failed'), '0', '-1');
  if (queue.name === DISCOVERY_QUEUE) {
    const runs: string[] = [];
    for (const id of ids) if (await waitsAgain(queue, id, store)) runs.push(id);
    return { provider, tasks: 0, work: [], unknown: 0, runs };
  }
  const gathered = new Map<string, Gathered>();
  let unknown = 0;
  for (const id of ids) {
    if (!(await gather(gathered, redis, queue, id, provider))) unknown++;
    await queue.remove(id);
  }
  const work = [...gathered.values()].map(({ own, interval, tickers, from, to }): ParkedWork => {
    const range = { start: formatDay(from), end: formatDay(to - 1) };
    return { ...own, interval, tickers: [...tickers].toSorted(), ...range };
  });
  return { provider, tasks: ids.length, work, unknown, runs: [] };
}

/** A task that was given up, and what it was to fill. */
export interface ParkedTask {
  /** In Redis. */
  readonly queue: string;
  readonly job: string;
  /** At least one. */
  readonly wants: readonly Want[];
}

/** Those of a store of which that is known. `store`: as it is shown. */
export async function parkedTasks(redis: Redis, store: string): Promise<readonly ParkedTask[]> {
  const parked: ParkedTask[] = [];
  for (const [queue, its] of await readQueues(redis)) {
    if (!isSameStore(its.store, store)) continue;
    for (const job of await redis.zrange(`${PREFIX}:${queue}:failed`, '0', '-1')) {
      const text = await redis.hget(`${PREFIX}:${queue}:${job}`, 'data');
      const order = text === null ? undefined : await orderOf(JSON.parse(text), redis).catch(() => undefined);
      if (order !== undefined && order.task.wants.length > 0)
        parked.push({ queue, job, wants: order.task.wants });
    }
  }
  return parked;
}

/** Nobody has to have them run again. */
export async function dropParked(redis: Redis, tasks: readonly ParkedTask[]): Promise<void> {
  for (const name of new Set(tasks.map(({ queue }) => queue))) {
    const queue = new Queue(name, { connection: redis, prefix: PREFIX });
    queue.on('error', () => undefined);
    for (const task of tasks) if (task.queue === name) await queue.remove(task.job);
    await queue.close();
  }
}

/** False: it is for another store, or somebody else did that, or removed it. */
async function waitsAgain(queue: Queue<HandedOver>, id: string, store: string): Promise<boolean> {
  const job = await queue.getJob(id);
  if (job === undefined || !isSameStore(job.data.store, store)) return false;
  return job.retry('failed').then(
    () => true,
    () => false,
  );
}

interface Gathered {
  readonly own: Own;
  readonly interval: Interval;
  readonly tickers: Set<string>;
  /** Sessions, `[from, to)`. */
  from: Day;
  to: Day;
}

/** Gives whether it is known what a job was for. */
async function gather(
  gathered: Map<string, Gathered>,
  redis: Redis,
  queue: Queue,
  id: string,
  provider: string,
): Promise<boolean> {
  const text = await redis.hget(queue.toKey(id), 'data');
  if (text === null) return false;
  const data = JSON.parse(text) as JobData;
  const run = await readRun(redis, data.run);
  const order = await orderOf(data, redis).catch(() => undefined);
  if (order === undefined || order.task.wants.length === 0) return false;
  // A server that was emptied since knows no more.
  const own = run === undefined ? { provider: { id: provider } } : ownOf(run);
  for (const { series, range } of order.task.wants) {
    const key = `${JSON.stringify(own)} ${series.interval}`;
    const known = gathered.get(key);
    if (known === undefined)
      gathered.set(key, {
        ...{ own, interval: series.interval, tickers: new Set([series.ticker]) },
        ...{ from: range.from, to: range.to },
      });
    else {
      known.tickers.add(series.ticker);
      known.from = Math.min(known.from, range.from);
      known.to = Math.max(known.to, range.to);
    }
  }
  return true;
}

function ownOf({ provider, quotas, rateShare, world, requestedAsOf, isDerived }: QueueRun): Own {
  return {
    provider,
    ...(quotas && { quotas }),
    ...(rateShare !== undefined && { rateShare }),
    ...(world !== undefined && { world }),
    ...(requestedAsOf !== undefined && { requestedAsOf }),
    ...(isDerived && { isDerived }),
  };
}
