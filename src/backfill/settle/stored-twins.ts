import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import { areSameSeries } from '../../core/bars/same-bars.ts';
import { span } from '../../core/session/ranges.ts';
import { isDamage } from '../../store/damage.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';
import type { RunResults } from '../run/run-results.ts';
import type { ToldBars } from '../run/same-bars.ts';

/** A first answer whose bars were stored of other tickers before. */
export interface StoredTwin {
  readonly told: ToldBars;
  /** Those tickers' series, at least one. */
  readonly others: readonly Series[];
}

/**
 * Finds first answers, for series that had no bar, whose bars lie in the store as another series of the interval: a provider
 * that mixes answers up, now or then, or another name of one instrument. (What an answer adds to stored bars is held
 * against those.)
 */
export async function storedTwins(
  results: RunResults,
  { series: known }: Pick<Scan, 'series'>,
  store: Pick<BarStore, 'lookalikes' | 'readBars'>,
): Promise<StoredTwin[]> {
  const first = results.toldBars((key) => (known.get(key)?.rows ?? 0) === 0);
  const lookalikes = await store.lookalikes([...first.values()].flatMap(([told]) => told?.want.series ?? []));
  const twins: StoredTwin[] = [];
  for (const [key, candidates] of lookalikes)
    for (const told of first.get(key) ?? []) {
      const others = await sameAs(told, candidates, store);
      if (others.length > 0) twins.push({ told, others });
    }
  return twins;
}

/** Those of some series that have the bars of an answer. */
async function sameAs(
  { want: { series, gaps } }: ToldBars,
  candidates: readonly Series[],
  store: Pick<BarStore, 'readBars'>,
): Promise<Series[]> {
  const days = span(gaps);
  const readBars = async (one: Series): Promise<StoredBars> => {
    try {
      return await store.readBars(one, days);
    } catch (error) {
      if (isDamage(error)) return NO_BARS;
      throw error;
    }
  };
  const own = await readBars(series);
  const same: Series[] = [];
  for (const other of candidates.toSorted((a, b) => (seriesKey(a) < seriesKey(b) ? -1 : 1)))
    if (areSameSeries(await readBars(other), own)) same.push(other);
  return same;
}
