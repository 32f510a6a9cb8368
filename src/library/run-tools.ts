import { availableParallelism } from 'node:os';
import type { ThreadStart } from '../backfill/runner.ts';
import type { SharedTraffic } from '../backfill/run/traffic.ts';
import type { BarStore } from '../store/store.ts';
import { type QuotaStanding, isPaced, isUnknown, quotaText, unusedAt } from '../core/plan/quota.ts';
import { quotaOpening, quotaTime } from '../core/plan/quota-time.ts';
import type { Pool } from '../pool/pool.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import { opensText } from '../report/opens-text.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { ownerOf, type QuotaPlace, quotaPlaceOf } from '../providers/http/quota-owner.ts';
import type { HistoryOptions } from './history.ts';
import type { SourceNote } from './source-note.ts';
import { givenSecrets, quotaKey } from './secrets.ts';
import { defaultStateFolder } from './state-folder.ts';

/** Requests of a task at most (tries of one, while its answers stay doubtful), and what they take with their pauses. */
const TRIES = 24;
const TASK_MINUTES = 20;

/** Tasks that a thread has besides those that are fetching, so that it fetches while it judges and writes. */
export const SPARE_TASKS = 1;

/** The gate of a history's key and what keeps its quota. */
export async function openTrafficOf(
  options: HistoryOptions,
  config: ProviderConfig,
  capabilities: Capabilities,
  store: BarStore,
): Promise<SharedTraffic> {
  const { metered, quotas } = capabilities;
  const { openTraffic } = await import('../backfill/run/traffic.ts');
  const quotaFile = metered ? placeOf(options, config, capabilities) : undefined;
  const { quotaUrl, queue } = options;
  // Machines that wait for their queue wait for their quota, which is there too.
  const patience = queue !== undefined && { patienceMs: Number.POSITIVE_INFINITY };
  const openShared =
    quotaUrl === undefined || quotaFile === undefined
      ? undefined
      : async () =>
          (await import('./shared-quota.ts')).openSharedQuota(quotaUrl, quotaFile, {
            ...{ quotas, store, ...patience },
          });
  return openTraffic({ quotas, quotaFile, openShared, clocks: { wall: Date.now, gate: monotonicNow } });
}

/** How the quota of a run's key stands; undefined where there is none. */
export async function standingOf(
  options: HistoryOptions,
  config: ProviderConfig,
  capabilities: Capabilities,
): Promise<QuotaStanding | undefined> {
  const { metered, quotas } = capabilities;
  if (!metered || quotas.length === 0) return undefined;
  const { standingIn } = await import('../providers/http/quota-lease.ts');
  const place = placeOf(options, config, capabilities);
  const { quotaUrl } = options;
  if (quotaUrl !== undefined) {
    const { readSharedQuota } = await import('./shared-quota.ts');
    const { record, now } = await readSharedQuota(quotaUrl, place);
    return standingIn(record, quotas, now);
  }
  const { lookIntoQuota } = await import('../providers/http/quota-file.ts');
  const now = Date.now();
  return standingIn(lookIntoQuota(place, now), quotas, now);
}

/** A warning where the record of a key's quota could not be read, as long as a window of then goes on: it counts as used up. */
export async function unknownQuotaNotes(
  options: HistoryOptions,
  config: ProviderConfig,
  capabilities: Capabilities,
): Promise<readonly SourceNote[]> {
  const { quotas } = capabilities;
  const standing = await standingOf(options, config, capabilities);
  if (standing === undefined) return [];
  const unknown = quotas.filter((quota) => !isPaced(quota) && isUnknown(standing, quota, standing.now));
  if (unknown.length === 0) return [];
  const place = placeOf(options, config, capabilities);
  const where = options.quotaUrl === undefined ? place.path : `quota/${ownerOf(place)} of the store`;
  const opens = opensText(quotaOpening(unknown, standing));
  const text =
    `the record of the quota could not be read (${where}): what was used of ${quotaText(unknown)} is not known and ` +
    `counts as all of it, until it opens again ${opens}; if you know that nothing was used, remove the ${options.quotaUrl === undefined ? 'file' : 'documents in it'}`;
  return [{ kind: 'warning', text }];
}

function placeOf(options: HistoryOptions, config: ProviderConfig, capabilities: Capabilities): QuotaPlace {
  const key = quotaKey(givenSecrets(options, capabilities), capabilities);
  return quotaPlaceOf(options.stateFolder ?? defaultStateFolder(), config, key);
}

/**
 * The threads of a history: as many as it may have at all, started as there are tasks for them. `idleMs`: as of `PoolOptions`;
 * `waitedMs`: how long by now nobody could ask, which is no task's fault.
 */
export async function openPoolOf(
  options: HistoryOptions,
  capabilities: Capabilities,
  { idleMs, waitedMs }: { readonly idleMs?: number | undefined; readonly waitedMs: () => number },
): Promise<Pool> {
  const { startPool } = await import('../pool/pool.ts');
  const { workers, inFlight } = poolSize(options, capabilities);
  const size = { workers, concurrency: inFlight + SPARE_TASKS };
  const { recycleAfter } = options;
  const restMs = (capabilities.metered && options.requestDelayMs) || 0;
  const shared: ThreadStart = { inFlight, restMs };
  const mostMs = deadlineOf(size, capabilities) + TRIES * size.concurrency * restMs;
  return startPool({
    ...{ ...size, shared, taskDeadlineMs: () => mostMs + waitedMs() },
    ...(recycleAfter !== undefined && { recycleAfter }),
    ...(idleMs !== undefined && { idleMs }),
  });
}

/** Threads, and requests in flight in each, within what the provider declares. */
export function poolSize(
  {
    workers = 'auto',
    concurrency = 'auto',
    inFlight: atOnce,
  }: Pick<HistoryOptions, 'workers' | 'concurrency' | 'inFlight'>,
  { maxInFlight, defaultInFlight }: Capabilities,
): { workers: number; inFlight: number } {
  const ceiling = Math.min(maxInFlight ?? Number.POSITIVE_INFINITY, atOnce ?? Number.POSITIVE_INFINITY);
  const threads = Math.min(workers === 'auto' ? availableParallelism() : workers, ceiling);
  const wanted = concurrency === 'auto' ? Math.floor((atOnce ?? defaultInFlight) / threads) : concurrency;
  return { workers: threads, inFlight: Math.max(1, Math.min(wanted, Math.floor(ceiling / threads))) };
}

/** A task's tries take minutes at most, but before each it may queue for the quota behind all others in work. */
function deadlineOf(size: { workers: number; concurrency: number }, { quotas }: Capabilities): number {
  const queued = quotaTime(TRIES * size.workers * size.concurrency, quotas.filter(isPaced), unusedAt(0)) ?? 0;
  return TASK_MINUTES * 60_000 + queued;
}
