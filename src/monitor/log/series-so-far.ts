import type { SeriesReport } from '../../backfill/runner.ts';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Said } from './events.ts';

/** What came of a series, of all that was wanted of it together. */
type Done = Said<'backfill.ticker_done'>;
type Sums = Omit<Done, 'ticker' | 'interval' | 'result' | 'done' | 'total'> & { readonly result: SeriesEnd };

/** How a series ended, from the best to the worst. */
const ENDS = ['fetched', 'unavailable', 'failed'] as const;
export type SeriesEnd = (typeof ENDS)[number];

const NOTHING: Sums = {
  ...{ result: 'fetched', bars: 0, inserted: 0, changed: 0, revised: 0, rejected: 0, missing: 0 },
  ...{ fetch_ms: 0, store_ms: 0 },
};

/** The series of a plan, each done with the last of its wants. Keeps sums only of those that are begun and not done. */
export class SeriesSoFar {
  readonly #wantsLeft = new Map<string, number>();
  readonly #sums = new Map<string, Sums>();
  #total = 0;
  #done = 0;

  /** Begins anew. */
  plan({ tasks }: Pick<Plan, 'tasks'>): void {
    this.#wantsLeft.clear();
    this.#sums.clear();
    for (const { wants } of tasks)
      for (const { series } of wants) {
        const key = seriesKey(series);
        this.#wantsLeft.set(key, (this.#wantsLeft.get(key) ?? 0) + 1);
      }
    this.#total = this.#wantsLeft.size;
    this.#done = 0;
  }

  /** Takes a want's result. Gives what came of its series, once that is done; each further want of it does it over. */
  finish(series: Series, report: SeriesReport | undefined, end: SeriesEnd): Done | undefined {
    const key = seriesKey(series);
    const sums = added(this.#sums.get(key) ?? NOTHING, report, end);
    const left = (this.#wantsLeft.get(key) ?? 0) - 1;
    if (left > 0) {
      this.#wantsLeft.set(key, left);
      this.#sums.set(key, sums);
      return undefined;
    }
    if (this.#wantsLeft.delete(key)) this.#done++;
    this.#sums.delete(key);
    const { ticker, interval } = series;
    return { ticker, interval, ...sums, done: this.#done, total: this.#total };
  }
}

function added(sums: Sums, report: SeriesReport | undefined, end: SeriesEnd): Sums {
  const result = ENDS.indexOf(end) > ENDS.indexOf(sums.result) ? end : sums.result;
  if (report === undefined) return { ...sums, result };
  const { bars, inserted, changed, revised, rejected, missing, fetchMs, storeMs } = report;
  return {
    result,
    bars: sums.bars + bars,
    inserted: sums.inserted + inserted,
    changed: sums.changed + changed,
    revised: sums.revised + revised,
    rejected: sums.rejected + rejected,
    missing: sums.missing + missing,
    fetch_ms: sums.fetch_ms + Math.round(fetchMs),
    store_ms: sums.store_ms + Math.round(storeMs),
  };
}
