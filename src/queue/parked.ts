import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Day, formatDay } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { type JobData, orderOf } from './job.ts';
import { DISCOVERY_QUEUE } from './names.ts';
import { readRun } from './run.ts';

/** What parked tasks of one provider were to bring of one length of bars. Plain JSON. */
export interface ParkedWork {
  readonly provider: ProviderConfig;
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
}

/** Takes the tasks out of a queue that were given up, and tells what they were for. */
export async function takeOutParked(redis: Redis, queue: Queue): Promise<TakenOut> {
  const ids = await redis.zrange(queue.toKey('failed'), '0', '-1');
  const gathered = new Map<string, Gathered>();
  let unknown = 0;
  for (const id of ids) {
    const isKnown = queue.name !== DISCOVERY_QUEUE && (await gather(gathered, redis, queue, id));
    if (!isKnown) unknown++;
    await queue.remove(id);
  }
  const work = [...gathered.values()].map(({ provider, interval, tickers, from, to }): ParkedWork => {
    const range = { start: formatDay(from), end: formatDay(to - 1) };
    return { provider, interval, tickers: [...tickers].toSorted(), ...range };
  });
  return { provider: queue.name, tasks: ids.length, work, unknown };
}

interface Gathered {
  readonly provider: ProviderConfig;
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
  // What is known of a run that ended goes after an hour.
  const provider = run?.provider ?? { id: queue.name };
  for (const { series, range } of order.task.wants) {
    const key = `${JSON.stringify(provider)} ${series.interval}`;
    const known = gathered.get(key);
    if (known === undefined)
      gathered.set(key, {
        ...{ provider, interval: series.interval, tickers: new Set([series.ticker]) },
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
