import type { Machine } from './machines.ts';
import { DISCOVERY_QUEUE } from './names.ts';

/** What a worker takes: runs that nobody waits for, which it plans; tasks of runs; or both. */
export const ROLES = ['all', 'download', 'discovery'] as const;
export type Role = (typeof ROLES)[number];

/** What a machine takes, as it tells it. */
export function roleOf({ capacity }: Pick<Machine, 'capacity'>): Role {
  const all = Object.keys(capacity);
  if (!all.includes(DISCOVERY_QUEUE)) return 'download';
  return all.length > 1 ? 'all' : 'discovery';
}
