import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import type { Traffic } from '../backfill/traffic.ts';
import { isPaced, unusedAt } from '../core/quota.ts';
import { quotaTime } from '../core/quota-time.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import type { HistoryOptions } from './history.ts';

/** Requests of a task at most (tries of one, while its answers stay doubtful), and what they take with their pauses. */
const TRIES = 24;
const TASK_MINUTES = 20;

/** The gate of a run and what keeps its quota. */
export async function openTrafficOf(
  options: HistoryOptions,
  config: ProviderConfig,
  { metered, quotas }: Capabilities,
): Promise<Traffic> {
  const { openTraffic, quotaFileOf } = await import('../backfill/traffic.ts');
  const folder = options.stateFolder ?? join(homedir(), '.local', 'state', 'backfill');
  const quotaFile = metered ? quotaFileOf(folder, config) : undefined;
  return openTraffic({ quotas, quotaFile, clocks: { wall: Date.now, gate: monotonicNow } });
}

/** Threads, and requests in flight in each, within what the provider declares. */
export function poolSize(
  { workers = 'auto', concurrency = 'auto' }: HistoryOptions,
  { maxInFlight, defaultInFlight }: Capabilities,
  tasks: number,
): { workers: number; inFlight: number } {
  const ceiling = maxInFlight ?? Number.POSITIVE_INFINITY;
  const threads = Math.min(workers === 'auto' ? availableParallelism() : workers, tasks, ceiling);
  const wanted = concurrency === 'auto' ? Math.floor(defaultInFlight / threads) : concurrency;
  return { workers: threads, inFlight: Math.max(1, Math.min(wanted, Math.floor(ceiling / threads))) };
}

/** A task's tries take minutes at most, but before each it may queue for the quota behind all others in work. */
export function deadlineOf(size: { workers: number; concurrency: number }, { quotas }: Capabilities): number {
  const queued = quotaTime(TRIES * size.workers * size.concurrency, quotas.filter(isPaced), unusedAt(0)) ?? 0;
  return TASK_MINUTES * 60_000 + queued;
}
