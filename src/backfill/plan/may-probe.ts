import { seriesKey } from '../../core/bars/bars.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Scan } from '../../store/scan.ts';
import { type AskedNext, NOBODY_NEXT, stormOf, tickersOf } from '../run/ledger.ts';

/** Who else is asked. */
interface Besides {
  /** Default: nobody is asked after it. */
  readonly isAskedNext?: AskedNext;
  /** See `Prepared.list`. */
  readonly list?: readonly WantedSeries[];
}

/**
 * Whether the tickers of a plan that have no bar yet are so many that the provider would be taken for faulty if it knew none of
 * them, and so few beside the complete ones that it would not if one of those showed it to be sound. A later provider of a
 * chain may have nothing of whatever it is asked for, and is measured by the whole list.
 */
export function mayProbe(
  { tasks }: Pick<Plan, 'tasks'>,
  wanted: readonly WantedSeries[],
  { series: known }: Pick<Scan, 'series'>,
  { isAskedNext = NOBODY_NEXT, list }: Besides = {},
): boolean {
  const wants = tasks.flatMap((task) => task.wants);
  const asked = tickersOf(wants);
  const all = list ?? wanted;
  const stored = new Set(
    all.flatMap(({ series }) => ((known.get(seriesKey(series))?.rows ?? 0) > 0 ? [series.ticker] : [])),
  );
  const isFresh = (ticker: string): boolean => list !== undefined || !stored.has(ticker);
  const fresh = [...asked].filter(isFresh).length;
  const freshLast = [...tickersOf(wants.filter(({ series }) => !isAskedNext(series)))].filter(isFresh).length;
  const complete = [...stored].filter((ticker) => !asked.has(ticker)).length;
  const sound = list === undefined || complete === 0 ? asked.size + complete : tickersOf(list).size;
  for (let tickers = 1; tickers <= fresh; tickers++) {
    const lacking = { tickers, last: Math.min(tickers, freshLast) };
    if (stormOf(lacking, asked.size) !== 'none') return stormOf(lacking, sound) === 'none';
  }
  return false;
}
