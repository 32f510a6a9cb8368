import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import { areSameSeries } from '../../core/bars/same-bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import { span } from '../../core/session/ranges.ts';
import { isDamage } from '../../store/damage.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';
import type { RunResults } from '../run/run-results.ts';
import type { ToldBars } from '../run/same-bars.ts';

/** A first answer whose bars are stored of other tickers too. */
export interface StoredTwin {
  readonly told: ToldBars;
  /** Series of which they were stored before. */
  readonly others: readonly Series[];
  /** Series that this run filled for the first time too. */
  readonly peers: readonly Series[];
}

type TwinStore = Pick<BarStore, 'lookalikes' | 'readBars'>;

/**
 * Finds first answers, for series that had no bar, whose bars lie in the store as another series of the interval: a provider
 * that mixes answers up, now or then, or another name of one instrument. (What an answer adds to stored bars is held
 * against those.)
 */
export async function storedTwins(
  results: RunResults,
  { series: known }: Pick<Scan, 'series'>,
  store: TwinStore,
): Promise<StoredTwin[]> {
  const first = results.toldBars((key) => (known.get(key)?.rows ?? 0) === 0);
  const lookalikes = await store.lookalikes([...first.values()].flatMap(([told]) => told?.want.series ?? []));
  const twins: StoredTwin[] = [];
  const isPeer = (one: Series): boolean => first.has(seriesKey(one));
  const alike = new Set(results.sameBars().flatMap((group) => group.map(({ want }) => want)));
  for (const [key, candidates] of [...lookalikes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    for (const told of first.get(key) ?? []) {
      const { series, gaps } = told.want;
      const days = span(gaps);
      // Of one that got the very same bars as a peer that is known.
      const doubtful = alike.has(told.want) ? candidates.filter((one) => !isPeer(one)) : candidates;
      if (doubtful.length === 0) continue;
      const same = await sameAs(await barsOf(series, store, days), doubtful, store, days);
      if (same.length === 0) continue;
      twins.push({ told, others: same.filter((one) => !isPeer(one)), peers: same.filter(isPeer) });
    }
  return twins;
}

/** Those of some series that have the same bars in a range of session dates (default: all). */
export async function sameAs(
  own: StoredBars,
  candidates: readonly Series[],
  store: TwinStore,
  days?: DayRange,
): Promise<Series[]> {
  const same: Series[] = [];
  for (const other of candidates.toSorted((a, b) => (seriesKey(a) < seriesKey(b) ? -1 : 1)))
    if (areSameSeries(await barsOf(other, store, days), own)) same.push(other);
  return same;
}

/** None where a file is damaged. */
export async function barsOf(series: Series, store: TwinStore, days?: DayRange): Promise<StoredBars> {
  try {
    return await store.readBars(series, days);
  } catch (error) {
    if (isDamage(error)) return NO_BARS;
    throw error;
  }
}
