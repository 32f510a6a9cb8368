import { smallest } from '../core/extremes.ts';
import { type Quota, isPaced } from '../core/plan/quota.ts';

/** What a machine saw of a provider. */
export interface SeenOfProvider {
  /** Tasks that it takes at once now. */
  readonly now: number;
  /** What its pool can have in work. */
  readonly most: number;
  /** What limits the requests of all machines together. */
  readonly quotas: readonly Quota[];
  /** The time of a request that waits for nobody, ms. Undefined: none has ended yet. */
  readonly latencyMs: number | undefined;
  /** Machines that ask the same provider, this one included. */
  readonly machines: number;
  /** The provider asked to slow down since the last look. */
  readonly isThrottled: boolean;
}

/** Before one was seen, ms: most answers come within that time. */
const USUAL_LATENCY_MS = 1000;

/** Half as much again as the mean: requests do not come evenly, and nothing is lost by one that waits at the gate. */
const ROOM = 1.5;

/**
 * How many tasks of a provider a machine takes at once: by Little's law as many as its share of the allowed rate times the
 * time of a request keeps in flight, so that none holds tasks that another could do; half as many after the provider asked
 * to slow down, and one more at each look without that; from 1 to what the pool can do.
 */
export function tasksAtOnce(seen: SeenOfProvider): number {
  const { now, most, machines, isThrottled } = seen;
  const { quotas, latencyMs = USUAL_LATENCY_MS } = seen;
  const rates = quotas.filter(isPaced).map(({ requests, perMs }) => requests / perMs);
  const perMs = smallest(rates) / Math.max(1, machines);
  const inFlight = Number.isFinite(perMs) ? Math.ceil(perMs * latencyMs * ROOM) : most;
  const ceiling = Math.max(1, Math.min(most, inFlight));
  if (isThrottled) return Math.max(1, Math.min(ceiling, Math.floor(now / 2)));
  return Math.min(ceiling, now + 1);
}

/** Times of the last requests by which one that waits for nobody is told. */
const REMEMBERED = 64;

/**
 * The least time of a request among the last ones: what is more was waiting, for the quota or for a thread, and would have
 * the machine take more the longer the line is.
 */
export class Latency {
  readonly #last: number[] = [];

  /** A task of so many requests took so long; one without a request says nothing. */
  note(ms: number, requests: number): void {
    if (requests < 1) return;
    this.#last.push(ms / requests);
    if (this.#last.length > REMEMBERED) this.#last.shift();
  }

  get ms(): number | undefined {
    return this.#last.length === 0 ? undefined : smallest(this.#last);
  }
}
