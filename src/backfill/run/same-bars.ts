import { seriesKey } from '../../core/bars/bars.ts';
import { grouped } from '../../core/grouped.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Want } from '../../core/plan/task.ts';
import type { Counts } from './counts.ts';

/** What was counted of an answer that had bars. */
export interface ToldBars {
  readonly want: Want;
  readonly counts: Counts;
}

/** Finds wants of different tickers that got the very same bars. */
export class SameBars {
  /** By interval, then by fingerprint: the first, and all where there are several. */
  readonly #first = new Map<Interval, Map<string, ToldBars>>();
  readonly #several = new Map<ToldBars, ToldBars[]>();

  /** A fingerprint that is null is nobody's. */
  note(told: ToldBars, fingerprint: string | null): void {
    if (fingerprint === null) return;
    const { interval } = told.want.series;
    let ofInterval = this.#first.get(interval);
    if (ofInterval === undefined) this.#first.set(interval, (ofInterval = new Map<string, ToldBars>()));
    const first = ofInterval.get(fingerprint);
    if (first === undefined) {
      ofInterval.set(fingerprint, told);
      return;
    }
    const several = this.#several.get(first);
    if (several === undefined) this.#several.set(first, [first, told]);
    else several.push(told);
  }

  /** Those that were noted of some series, by series key. */
  of(isMeant: (key: string) => boolean): Map<string, ToldBars[]> {
    const found: ToldBars[] = [];
    for (const ofInterval of this.#first.values())
      for (const first of ofInterval.values())
        for (const told of this.#several.get(first) ?? [first])
          if (isMeant(seriesKey(told.want.series))) found.push(told);
    return grouped(found, ({ want }) => seriesKey(want.series));
  }

  groups(): ToldBars[][] {
    return [...this.#several.values()].filter(
      (group) => new Set(group.map(({ want }) => want.series.ticker)).size > 1,
    );
  }
}
