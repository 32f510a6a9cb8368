import type { Redis } from 'ioredis';
import { MACHINES } from './names.ts';

/** A worker's process, as it tells of itself. Plain JSON. */
export interface Machine {
  /** Of this process alone: its name and what tells it from others of that name. */
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Where it writes, as it is shown. */
  readonly store: string;
  readonly threads: number;
  /** Tasks that it has in work at once, at most, by provider. */
  readonly capacity: Readonly<Record<string, number>>;
  /** Tasks in work now, those that it ended since it started, and those of them that failed. */
  readonly inWork: number;
  readonly done: number;
  readonly failed: number;
  /** Tasks that it ended in the last minute. */
  readonly perMinute: number;
  /** When it started, ms since the epoch by its own clock. */
  readonly startedAt: number;
  /** It takes no more, and ends. */
  readonly isDraining?: true;
  /** Why it takes none of some provider for a while, such as that it cannot log in to its store. */
  readonly trouble?: string;
}

/** A machine that was heard of. */
export interface SeenMachine extends Machine {
  /** How long ago, ms. */
  readonly silentMs: number;
  /** Whether it counts as there: it was heard of in the last 15 s. */
  readonly isAlive: boolean;
}

/** How long a machine, or a planner, may be silent before it counts as gone, ms. */
export const GONE_MS = 15_000;

/** After how long one that is gone is forgotten, ms. */
const FORGOTTEN_MS = 3_600_000;

/** The server's clock is everybody's. */
const BEAT = `
local t = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)) .. ' ' .. ARGV[2])`;

const READ = `
local t = redis.call('TIME')
return { string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)), redis.call('HGETALL', KEYS[1]) }`;

/** Tells that a machine is there, and what it does. */
export async function beat(redis: Redis, machine: Machine): Promise<void> {
  await redis.eval(BEAT, 1, MACHINES, machine.id, JSON.stringify(machine));
}

/** The machine is gone, and nobody has to find out. */
export async function sayGone(redis: Redis, id: string): Promise<void> {
  await redis.hdel(MACHINES, id);
}

/** All machines that were heard of in the last hour, those first that are there. */
export async function readMachines(redis: Redis): Promise<readonly SeenMachine[]> {
  const [now, fields] = (await redis.eval(READ, 1, MACHINES)) as [string, string[]];
  const seen: SeenMachine[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [, at = '', text = ''] = /^(\d+) (.*)$/s.exec(fields[i + 1] ?? '') ?? [];
    const silentMs = Number(now) - Number(at);
    if (silentMs > FORGOTTEN_MS) await sayGone(redis, fields[i] ?? '');
    else seen.push({ ...(JSON.parse(text) as Machine), silentMs, isAlive: silentMs <= GONE_MS });
  }
  return seen.toSorted((a, b) => Number(b.isAlive) - Number(a.isAlive) || (a.id < b.id ? -1 : 1));
}
