import type { Want } from '../core/plan.ts';
import type { Counts } from './counts.ts';

/** What was counted of an answer that had bars. */
export interface ToldBars {
  readonly want: Want;
  readonly counts: Counts;
}

/** Finds wants of different tickers that got the very same bars. */
export class SameBars {
  /** By interval and fingerprint: the first, and all where there are several. */
  readonly #first = new Map<string, ToldBars>();
  readonly #several = new Map<string, ToldBars[]>();

  /** A fingerprint that is null is nobody's. */
  note(told: ToldBars, fingerprint: string | null): void {
    if (fingerprint === null) return;
    const key = `${told.want.series.interval} ${fingerprint}`;
    const first = this.#first.get(key);
    const several = this.#several.get(key);
    if (first === undefined) this.#first.set(key, told);
    else if (several === undefined) this.#several.set(key, [first, told]);
    else several.push(told);
  }

  groups(): ToldBars[][] {
    return [...this.#several.values()].filter(
      (group) => new Set(group.map(({ want }) => want.series.ticker)).size > 1,
    );
  }
}
