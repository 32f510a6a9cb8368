import { type Bars, type StoredBars, firstAt } from './columns.ts';
import { compareBars, pairsWhere, isSameAt } from './compare.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Part of the bars of two series that is the same: what was corrected since the older one was fetched is not. */
const SAME_SHARE = 0.9;

/**
 * Whether bars of two tickers are those of one series where both reach: nine of ten say the same, and so many, and so
 * different ones, that it is no chance (see `fingerprintOf`).
 */
export function areSameSeries(a: StoredBars, b: StoredBars): boolean {
  const { compared } = compareBars(a, b, () => 0);
  const same = pairsWhere(compared, (i) => isSameAt(compared.stored, i, compared.answered, i, 0));
  const most = Math.max(reachedBy(a, b), reachedBy(b, a));
  return same.length >= most * SAME_SHARE && fingerprintOf(same.stored) !== null;
}

/** How many of some bars lie between the first and the last of others. */
function reachedBy(bars: Bars, { ts }: Bars): number {
  const [first = 0, last = 0] = [ts[0], ts.at(-1)];
  return firstAt(bars, last + 1) - firstAt(bars, first);
}
