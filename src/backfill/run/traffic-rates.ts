import type { TrafficCounts } from '../runner.ts';

/** How the requests of a run went, as parts of all that were sent, from 0 to 1; null where none was. */
export interface TrafficRates {
  /** Those that brought what they asked for. */
  readonly successRate: number | null;
  /** Those that were refused for their pace. */
  readonly throttleRate: number | null;
}

export function ratesOf({ sent, succeeded, throttles }: TrafficCounts): TrafficRates {
  return sent === 0
    ? { successRate: null, throttleRate: null }
    : { successRate: succeeded / sent, throttleRate: throttles / sent };
}
