import type { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import type { Quota } from '../core/plan/quota.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { GONE_MS } from './machines.ts';
import { NEWS, PARKED_SECONDS, QUEUES, RUNS, partKey, runKey, trafficKey, workersKey } from './names.ts';
import { type QueueOf, queueName } from './queues.ts';

/** What all jobs of a run have in common. Plain JSON, without a secret and without the password of a store. */
export interface QueueRun {
  /** As it is on record in the store. */
  readonly id: string;
  /** Where its bars go, as it is shown. */
  readonly store: string;
  readonly provider: ProviderConfig;
  /** Of the lease under which it writes, which workers join. Default: nobody looks whether that is still there. */
  readonly lock?: string;
  /** As of `RunContext`. */
  readonly isDerived?: true;
  readonly before?: readonly string[];
  /** As the user set them. Default: what the provider declares, all of it. */
  readonly quotas?: readonly Quota[];
  readonly rateShare?: number;
  /** Of the program that plans it: tasks are plain JSON, which another one may read otherwise. Default: of an earlier one. */
  readonly version?: string;
  /** The world that it is for, and as of when it was asked for, as the user named them. Default: nothing is said. */
  readonly world?: string;
  readonly requestedAsOf?: string;
}

/** `open`: it goes on; `cancelled`: nothing more is asked of the provider; `abandoned`: what is in work is ended; `ended`. */
export type RunState = 'open' | 'cancelled' | 'abandoned' | 'ended';

/** A run as it lies in Redis. */
export interface RegisteredRun extends QueueRun {
  readonly state: RunState;
  /** Who plans it. */
  readonly planner: string;
  /** How long ago that was last heard of, ms. */
  readonly plannerSilentMs: number;
}

/** How long it is known of a run that ended who did what for it, ms. */
const KEPT_MS = 3_600_000;

const NOW = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;

/** Refused where the server lets its user have no channel: then nobody hears. */
const TELL = `redis.pcall('PUBLISH', '${NEWS}', KEYS[1])`;

const REGISTER = `${NOW}
local held = redis.call('HMGET', KEYS[1], 'planner', 'beat', 'state')
if held[1] and held[1] ~= ARGV[1] and held[3] ~= 'ended' and now - tonumber(held[2] or '0') <= tonumber(ARGV[6]) then
  return { held[1], string.format('%.0f', now - tonumber(held[2])) }
end
redis.call('HSET', KEYS[1], 'planner', ARGV[1], 'run', ARGV[2], 'state', ARGV[3], 'beat', string.format('%.0f', now))
redis.call('PERSIST', KEYS[1])
redis.call('SADD', KEYS[2], ARGV[4])
redis.call('HSETNX', KEYS[3], ARGV[5], ARGV[7])
${TELL}
return {}`;

/** 1: it was heard; 0: the run is not known; -1: another plans it. */
const BEAT = `${NOW}
local planner = redis.call('HGET', KEYS[1], 'planner')
if not planner then return 0 end
if planner ~= ARGV[1] then return -1 end
redis.call('HSET', KEYS[1], 'beat', string.format('%.0f', now))
redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
return 1`;

const READ = `${NOW}
local of = redis.call('HMGET', KEYS[1], 'run', 'state', 'planner', 'beat')
return { string.format('%.0f', now), of[1], of[2], of[3], of[4] }`;

/** Whose tasks a run's are. */
export function queueOf({ provider, store }: QueueRun): QueueOf {
  return { provider: provider.id, store };
}

/**
 * Registers a run, or the one who goes on with it. Throws `store-locked` where another planner is at it, who was heard of in
 * the last 15 s.
 */
export async function registerRun(
  redis: Redis,
  run: QueueRun,
  planner: string,
  state: RunState = 'open',
): Promise<void> {
  const keys = [runKey(run.id), RUNS, QUEUES] as const;
  const queue = queueOf(run);
  const told = [
    ...[planner, JSON.stringify(run), state, run.id, queueName(queue), GONE_MS, JSON.stringify(queue)],
  ];
  const [other, silentMs] = (await redis.call('EVAL', [REGISTER, keys.length, ...keys, ...told])) as [
    string?,
    string?,
  ];
  if (other === undefined) return;
  const ago = `${(Number(silentMs) / 1000).toFixed(0)} s ago`;
  throw new BackfillError('store-locked', `run ${run.id} is planned by ${other}, heard of ${ago}`, {
    retryable: true,
  });
}

/** Tells that its planner is there. Gives whether that is heard: the run may not be known any more, or another plans it. */
export async function beatOfPlanner(
  redis: Redis,
  run: QueueRun,
  planner: string,
): Promise<'heard' | 'unknown' | 'another'> {
  const queue = queueOf(run);
  const [name, told] = [queueName(queue), JSON.stringify(queue)];
  const is = await redis.eval(BEAT, 2, runKey(run.id), QUEUES, planner, name, told);
  if (is === 1) return 'heard';
  return is === 0 ? 'unknown' : 'another';
}

/** Undefined: no such run is known, or not any more. */
export async function readRun(redis: Redis, id: string): Promise<RegisteredRun | undefined> {
  const [now, run, state, planner, beat] = (await redis.eval(READ, 1, runKey(id))) as (string | null)[];
  if (!run) return undefined;
  return {
    ...(JSON.parse(run) as QueueRun),
    state: (state ?? 'ended') as RunState,
    planner: planner ?? '',
    plannerSilentMs: Number(now) - Number(beat ?? 0),
  };
}

/** Those that have not ended, by their ids. */
export async function readRuns(redis: Redis): Promise<readonly RegisteredRun[]> {
  const ids = (await redis.smembers(RUNS)).toSorted();
  const runs = await Promise.all(ids.map((id) => readRun(redis, id)));
  return runs.filter((run) => run !== undefined && run.state !== 'ended') as RegisteredRun[];
}

/** Only of a run that is known: nothing is made of one that is not; and by its planner, where one says so. */
const SET_STATE = `local planner = redis.call('HGET', KEYS[1], 'planner')
if not planner then return 0 end
if ARGV[2] ~= '' and planner ~= ARGV[2] then return -1 end
redis.call('HSET', KEYS[1], 'state', ARGV[1])
${TELL}
return 1`;

/** Tells what becomes of a run. `planner`: who plans it; where another one does by now, nothing is told. Default: whoever. */
export async function setRunState(
  redis: Redis,
  id: string,
  state: RunState,
  planner = '',
): Promise<'told' | 'unknown' | 'another'> {
  const told = await redis.eval(SET_STATE, 1, runKey(id), state, planner);
  if (told === 1) return 'told';
  return told === 0 ? 'unknown' : 'another';
}

/** Ends a run that nobody works for, whatever became of it, unless another planner is at it. */
export async function endRun(redis: Redis, id: string, planner: string): Promise<void> {
  if ((await setRunState(redis, id, 'ended', planner)) === 'told') await forgetRun(redis, id);
}

/**
 * A run has ended, and everybody left it: what it was asked goes, and in an hour who did what for it. What it was, jobs that come
 * late learn, and whoever has those run again that were given up: that stays as long as these do.
 */
async function forgetRun(redis: Redis, id: string): Promise<void> {
  await redis
    .multi()
    .srem(RUNS, id)
    .hdel(runKey(id), 'request')
    .expire(runKey(id), PARKED_SECONDS)
    .del(partKey(id, 'request'))
    .pexpire(trafficKey(id), KEPT_MS)
    .pexpire(workersKey(id), KEPT_MS)
    .exec();
}
