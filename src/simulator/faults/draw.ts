import { type Random, randomFor } from '../../market/random.ts';
import { FAULT_NAMES, type FaultName } from './faults.ts';
import type { FaultRates } from './rates.ts';

export interface Drawn {
  /** Null: the request is spared. */
  readonly fault: FaultName | null;
  /** For what the fault itself leaves to chance. */
  readonly random: Random;
}

/**
 * Draws the faults of a run. The outcome of a request depends on the seed, its series and how many requests for that
 * series came before, so that it is the same in whatever order clients ask for different series.
 */
export function faultDraw(rates: FaultRates, seed: number): (series: string) => Drawn {
  const timesAsked = new Map<string, number>();
  return (series) => {
    const before = timesAsked.get(series) ?? 0;
    timesAsked.set(series, before + 1);
    const random = randomFor(`${seed} ${series} ${before}`);
    return { fault: pick(rates, random), random };
  };
}

/** Every fault hits at its own rate; where several do, chance has one of them happen. */
function pick(rates: FaultRates, random: Random): FaultName | null {
  const hits = FAULT_NAMES.filter((name) => random() < (rates[name] ?? 0));
  return hits[Math.floor(random() * hits.length)] ?? null;
}
