import { type Random, randomFor } from '../../market/random.ts';
import { FAULT_GROUPS, type FaultName } from './faults.ts';
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
    const request = `${seed} ${series} ${before}`;
    const random = randomFor(request);
    const hits = (names: readonly FaultName[], chance: Random): FaultName[] =>
      names.filter((name) => chance() < (rates[name] ?? 0));
    // Garbage has chances of its own, so that the others hit the same requests with and without it.
    const hit = [
      ...hits(FAULT_GROUPS.all, random),
      ...hits(FAULT_GROUPS.garbage, randomFor(`${request} garbage`)),
    ];
    // Every fault hits at its own rate; where several do, chance has one of them happen.
    return { fault: hit[Math.floor(random() * hit.length)] ?? null, random };
  };
}
