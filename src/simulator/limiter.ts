import { largest } from '../core/extremes.ts';
import type { Quota } from '../core/plan/quota.ts';

/**
 * A sliding-window limit: a request is admitted if, for every quota, fewer than `requests` were admitted in the last
 * `perMs`, of which the older end is excluded. What is refused does not count.
 */
export class Limiter {
  readonly #windows: readonly { readonly quota: Quota; readonly admittedAt: number[] }[];
  #admitted = 0;

  constructor(quotas: readonly Quota[]) {
    this.#windows = quotas.map((quota) => ({ quota, admittedAt: [] }));
  }

  /**
   * Admits a request at `now` (ms of any clock that never goes back) and gives 0, or refuses it and gives the ms
   * until one would be admitted.
   */
  admit(now: number): number {
    // As many admissions back as the quota has requests: the one that must have left the window.
    const waits = this.#windows.map(({ quota, admittedAt }) => {
      const oldest = admittedAt[this.#admitted % quota.requests];
      return oldest === undefined ? 0 : oldest + quota.perMs - now;
    });
    const waitMs = Math.max(0, largest(waits));
    if (waitMs > 0) return waitMs;
    for (const { quota, admittedAt } of this.#windows) admittedAt[this.#admitted % quota.requests] = now;
    this.#admitted++;
    return 0;
  }
}
