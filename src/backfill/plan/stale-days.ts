import { seriesKey } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import { grouped } from '../../core/grouped.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { intersect, normalize, span } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';
import { type PerhapsDerived, staleDerived } from '../want/stale-derived.ts';

/**
 * What is wanted of derived bars, and that it is though it is there where the bars that it was made of have changed: each
 * session in the range is made anew and compared, ticker by ticker.
 */
export async function withStaleDays(
  wanted: readonly WantedSeries[],
  { series: known }: Pick<Scan, 'series'>,
  store: BarStore,
  now: number,
): Promise<readonly WantedSeries[]> {
  const stale = new Map<WantedSeries, WantedSeries>();
  for (const [ticker, all] of grouped(wanted, ({ series }) => series.ticker)) {
    const its = all.filter(({ series }) => known.has(seriesKey(series)));
    const ranges = its.map(({ series, range }) =>
      intersect(known.get(seriesKey(series))?.coverage.present ?? [], [range]),
    );
    const stored: PerhapsDerived[] = [];
    for (const [i, { series }] of its.entries()) {
      const days = span(ranges[i] ?? []);
      const content = days && (await store.edit(series, days)).content;
      stored.push({ interval: series.interval, stored: content?.bars ?? NO_BARS });
    }
    const found = await staleDerived(store, ticker, stored, normalize(ranges.flat()), now);
    for (const [i, one] of its.entries()) {
      const days = (found[i] ?? []).filter(({ isMendable }) => isMendable);
      if (days.length > 0)
        stale.set(one, { ...one, stale: days.map(({ session }) => ({ from: session, to: session + 1 })) });
    }
  }
  return stale.size === 0 ? wanted : wanted.map((one) => stale.get(one) ?? one);
}
