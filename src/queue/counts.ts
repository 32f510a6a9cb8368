import type { Redis } from 'ioredis';
import { NOTHING_BEYOND, NO_TRAFFIC, type SentBeyond, type TrafficNow } from '../backfill/runner.ts';
import type { ErrorData } from '../core/errors.ts';
import { unusedAt } from '../core/plan/quota.ts';
import { trafficKey } from './names.ts';

/** What one worker sent for a run since it joined it, and what keeps its quota from being kept. Plain JSON. */
export interface WorkerCounts extends TrafficNow {
  readonly failure?: ErrorData;
}

/** `member`: of the worker and of the time that it joined: one that joins again counts from nothing. */
export async function flushCounts(
  redis: Redis,
  run: string,
  member: string,
  counts: WorkerCounts,
): Promise<void> {
  await redis.hset(trafficKey(run), member, JSON.stringify(counts));
}

/** What all workers sent for a run, as they last told: what one told before Redis lost it stays counted. */
export class CountsOfAll {
  readonly #redis: Redis;
  readonly #run: string;
  readonly #told = new Map<string, WorkerCounts>();
  #before = 0;

  constructor(redis: Redis, run: string) {
    this.#redis = redis;
    this.#run = run;
  }

  async read(): Promise<void> {
    const told = await this.#redis.hgetall(trafficKey(this.#run));
    for (const [member, text] of Object.entries(told)) {
      const counts = JSON.parse(text) as WorkerCounts;
      const before = this.#told.get(member);
      if (before === undefined || counts.sent >= before.sent) this.#told.set(member, counts);
    }
  }

  /** What was told so far was for a planner before. */
  startAnew(): void {
    const { sent, beyond } = this.sum(0);
    this.#before = sent - Object.values(beyond).reduce((all: number, count: number) => all + count, 0);
  }

  get failure(): ErrorData | undefined {
    return [...this.#told.values()].find(({ failure }) => failure !== undefined)?.failure;
  }

  /** `now`: ms since the epoch. */
  sum(now: number): TrafficNow {
    const sum = sumOf([...this.#told.values()], now);
    return this.#before > 0 ? { ...sum, before: this.#before } : sum;
  }
}

/** Counts are added up; of what is said of the moment, the strictest counts; of a quota's record, what was seen last. */
function sumOf(all: readonly TrafficNow[], now: number): TrafficNow {
  const sum: Record<keyof typeof NO_TRAFFIC, number> = { ...NO_TRAFFIC };
  const beyond: Record<keyof SentBeyond, number> = { ...NOTHING_BEYOND };
  let pausedMs = 0;
  let learned: TrafficNow['learned'] = null;
  let standing = unusedAt(now);
  let seenAt = Number.NEGATIVE_INFINITY;
  for (const one of all) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += one[key];
    for (const key of Object.keys(beyond) as (keyof SentBeyond)[]) beyond[key] += one.beyond[key];
    pausedMs = Math.max(pausedMs, one.pausedMs);
    if (isStricter(one.learned, learned)) ({ learned } = one);
    if (one.standing.now > seenAt) ({ standing } = one);
    seenAt = standing.now;
  }
  return { ...sum, beyond, pausedMs, learned, standing };
}

function isStricter(one: TrafficNow['learned'], other: TrafficNow['learned']): boolean {
  if (one === null) return false;
  return other === null || one.requests / one.perMs < other.requests / other.perMs;
}
