import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Day, formatDay } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { type JobData, orderOf } from './job.ts';
import { DISCOVERY_QUEUE } from './names.ts';
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

/** Takes the tasks out of a queue that were given up, and tells what they were for. */
export async function takeOutParked(redis: Redis, queue: Queue): Promise<TakenOut> {
  const ids = await redis.zrange(queue.toKey('failed'), '0', '-1');
  if (queue.name === DISCOVERY_QUEUE) {
    const runs: string[] = [];
    for (const id of ids) if (await waitsAgain(queue, id)) runs.push(id);
    return { provider: queue.name, tasks: 0, work: [], unknown: 0, runs };
  }
  const gathered = new Map<string, Gathered>();
  let unknown = 0;
  for (const id of ids) {
    if (!(await gather(gathered, redis, queue, id))) unknown++;
    await queue.remove(id);
  }
  const work = [...gathered.values()].map(({ own, interval, tickers, from, to }): ParkedWork => {
    const range = { start: formatDay(from), end: formatDay(to - 1) };
    return { ...own, interval, tickers: [...tickers].toSorted(), ...range };
  });
  return { provider: queue.name, tasks: ids.length, work, unknown, runs: [] };
}

/** False: somebody else did that, or removed it. */
async function waitsAgain(queue: Queue, id: string): Promise<boolean> {
  const job = await queue.getJob(id);
  return (
    job?.retry('failed').then(
      () => true,
      () => false,
    ) ?? false
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
): Promise<boolean> {
  const text = await redis.hget(queue.toKey(id), 'data');
  if (text === null) return false;
  const data = JSON.parse(text) as JobData;
  const run = await readRun(redis, data.run);
  const order = await orderOf(data, redis).catch(() => undefined);
  if (order === undefined || order.task.wants.length === 0) return false;
  // A server that was emptied since knows no more.
  const own = run === undefined ? { provider: { id: queue.name } } : ownOf(run);
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
