/** What could have been the limit of a run. */
export interface Limits {
  readonly requests: number;
  readonly latencyMs: number;
  /** Requests a second that a quota allows; null: no quota. */
  readonly perSecond: number | null;
  /** Requests in flight in all; null: as many as the provider bears. */
  readonly inFlight: number | null;
  /** Without start-up. */
  readonly engineMs: number;
  /** Part of all CPUs that was busy. */
  readonly busy: number;
}

/** Above it there was nothing left of the CPUs. */
const BUSY = 0.85;
/** A limit that takes such a part of the time was the limit. */
const MOST = 0.8;
/** So much slower than the fastest is as good. */
const AS_GOOD = 1.15;

/**
 * What held a run back. A quota and a fixed number in flight say themselves how long the requests must take; where they
 * explain most of the time, they were it.
 */
export function limitOf({ requests, latencyMs, perSecond, inFlight, engineMs, busy }: Limits): string {
  const explains = (ms: number): boolean => ms >= MOST * engineMs;
  if (perSecond !== null && explains((requests / perSecond) * 1000)) return 'quota';
  if (inFlight !== null && explains(Math.ceil(requests / inFlight) * latencyMs)) return 'network';
  if (busy >= BUSY) return 'CPU';
  return latencyMs > 0 ? 'network' : 'start-up, disk';
}

/** The index of the first time that is about as good as the best. */
export function kneeOf(wallMs: readonly number[]): number {
  const best = wallMs.reduce((least, ms) => Math.min(least, ms));
  return wallMs.findIndex((ms) => ms <= best * AS_GOOD);
}
