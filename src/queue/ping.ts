import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { assertTaking } from '../redis/connection.ts';
import { whyNot } from '../redis/words.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { type SeenMachine, readMachines } from './machines.ts';
import { byProcess } from './roles.ts';

/** What a server and the machines that share it say of themselves. Plain JSON. */
export interface Ping {
  /** Its URL, without the password. */
  readonly server: string;
  /** `Redis` or `Valkey`. */
  readonly kind: string;
  readonly version: string;
  /** A question and its answer, ms. */
  readonly roundTripMs: number;
  /** What it does when its memory is full: `noeviction` loses nothing. */
  readonly maxmemoryPolicy: string;
  /** Whether it writes what it is told to disk as it comes. */
  readonly isAppendOnly: boolean;
  /** Why it takes nothing that is written, as a full one does and a replica; null: it takes it. */
  readonly refuses: string | null;
  /** Machines that were heard of, and after how many ms each was heard of again; null: not within a second. */
  readonly machines: readonly (Pick<SeenMachine, 'name' | 'host' | 'pid'> & {
    readonly answeredMs: number | null;
  })[];
}

/** How long machines may take to be heard of again, ms, and how often is looked. */
const ANSWER_MS = 1000;
const LOOK_MS = 50;

/** Asks a server, and waits for a sign of each machine. */
export async function ping(redis: Redis, server: string): Promise<Ping> {
  const begun = monotonicNow();
  await redis.ping();
  const roundTripMs = Math.round((monotonicNow() - begun) * 100) / 100;
  const said = fieldsOf(await redis.info());
  const valkey = said.get('valkey_version');
  return {
    ...{ server, kind: valkey === undefined ? 'Redis' : 'Valkey' },
    version: valkey ?? said.get('redis_version') ?? '',
    roundTripMs,
    maxmemoryPolicy: said.get('maxmemory_policy') ?? '',
    isAppendOnly: said.get('aof_enabled') === '1',
    refuses: await assertTaking(redis).then(() => null, whyNot),
    machines: await answersOf(redis),
  };
}

/** `redis_version:7.0.15` and its like. */
function fieldsOf(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, Math.max(0, at)), line.slice(at + 1)];
    }),
  );
}

/** A machine answers by its next sign of life: each gives several a second. */
async function answersOf(redis: Redis): Promise<Ping['machines']> {
  const begun = monotonicNow();
  const first = byProcess(await readMachines(redis));
  const answered = new Map<string, number>();
  while (answered.size < first.length && monotonicNow() - begun < ANSWER_MS) {
    await sleep(LOOK_MS);
    const passed = monotonicNow() - begun;
    // Of one that gave no sign the silence is longer by the time that passed.
    for (const { id, silentMs } of byProcess(await readMachines(redis)))
      if (!answered.has(id) && silentMs < passed)
        answered.set(id, Math.max(0, Math.round(passed - silentMs)));
  }
  return first.map(({ id, name, host, pid }) => ({ name, host, pid, answeredMs: answered.get(id) ?? null }));
}
