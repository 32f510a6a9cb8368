import { largest } from '../extremes.ts';
import type { Quota } from './quota.ts';

/** Bytes of answers that come and are read in a second: a line of 200 Mbit/s. */
export const BYTES_A_SECOND = 25_000_000;

/** A request takes no less, whatever the quota: with four under way that are answered in 200 ms each. */
export const LEAST_REQUEST_MS = 50;

/**
 * What requests and the bytes of their answers weigh against each other, in ms: the time by which the strictest quota spaces the
 * requests, on average where it is counted, and that in which the bytes come.
 */
export function weightOf(requests: number, bytes: number, quotas: readonly Quota[]): number {
  const spacings = quotas.map((quota) => quota.perMs / quota.requests);
  return requests * largest([LEAST_REQUEST_MS, ...spacings]) + (bytes / BYTES_A_SECOND) * 1000;
}
