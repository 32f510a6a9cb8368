import type { Machine, SeenMachine } from './machines.ts';
import { DISCOVERY_QUEUE } from './names.ts';

/** What a worker takes: runs that nobody waits for, which it plans; tasks of runs; or both. */
export const ROLES = ['all', 'download', 'discovery'] as const;
export type Role = (typeof ROLES)[number];

/** What a machine takes, as it tells it. */
export function roleOf({ capacity, threads }: Pick<Machine, 'capacity' | 'threads'>): Role {
  if (!(DISCOVERY_QUEUE in capacity)) return 'download';
  // Of a queue that nobody gave a task yet it takes nothing, whatever its role.
  return threads > 0 ? 'all' : 'discovery';
}

/** Machines with those of one process as one: it may plan runs, and do their tasks. */
export function byProcess(machines: readonly SeenMachine[]): readonly SeenMachine[] {
  const all = new Map<string, SeenMachine>();
  for (const machine of machines) {
    const key = `${machine.host} ${machine.pid} ${machine.name}`;
    const known = all.get(key);
    all.set(key, known === undefined ? machine : joined(known, machine));
  }
  return [...all.values()];
}

function joined(one: SeenMachine, other: SeenMachine): SeenMachine {
  return {
    // What only one of them has, such as what is its trouble.
    ...other,
    ...one,
    threads: one.threads + other.threads,
    capacity: { ...one.capacity, ...other.capacity },
    inWork: one.inWork + other.inWork,
    done: one.done + other.done,
    failed: one.failed + other.failed,
    perMinute: one.perMinute + other.perMinute,
    silentMs: Math.min(one.silentMs, other.silentMs),
    isAlive: one.isAlive || other.isAlive,
  };
}
