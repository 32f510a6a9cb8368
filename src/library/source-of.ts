import type { Series } from '../core/bars/bars.ts';
import { vendorOf } from '../core/bars/vendor.ts';
import type { Day } from '../core/session/day.ts';
import { isDamage } from '../store/damage.ts';
import type { BarStore } from '../store/store.ts';

/** Series of which the source is looked up in one go: it takes a read of each. */
const LOOKED_UP = 100;

/** Id of the provider that gave the bar of a day of a series, or the last before it; undefined where that is not told. */
export type SourceOf = (series: Series, day: Day) => Promise<string | undefined>;

/** Reads it of the first hundred that it is asked for, and of the others tells nothing. */
export function sourcesIn(store: BarStore): SourceOf {
  let left = LOOKED_UP;
  return async (series, day) => {
    if (left-- <= 0) return undefined;
    try {
      const { source } = await store.readBars(series, { from: day, to: day + 1 });
      const last = source.names[source.codes.at(-1) ?? -1];
      return last === undefined ? undefined : vendorOf(last);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  };
}
