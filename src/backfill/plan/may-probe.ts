import { seriesKey } from '../../core/bars/bars.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Scan } from '../../store/scan.ts';
import { type AskedNext, NOBODY_NEXT, stormOf, tickersOf } from '../run/ledger.ts';

/**
 * Whether the tickers of a plan that have no bar yet are so many that the provider would be taken for faulty if it knew none of
 * them, and so few beside the complete ones that it would not if one of those showed it to be sound.
 */
export function mayProbe(
  { tasks }: Pick<Plan, 'tasks'>,
  wanted: readonly WantedSeries[],
  { series: known }: Pick<Scan, 'series'>,
  isAskedNext: AskedNext = NOBODY_NEXT,
): boolean {
  const wants = tasks.flatMap((task) => task.wants);
  const asked = tickersOf(wants);
  const stored = new Set(
    wanted.flatMap(({ series }) => ((known.get(seriesKey(series))?.rows ?? 0) > 0 ? [series.ticker] : [])),
  );
  const fresh = [...asked].filter((ticker) => !stored.has(ticker)).length;
  const freshLast = [...tickersOf(wants.filter(({ series }) => !isAskedNext(series)))].filter(
    (ticker) => !stored.has(ticker),
  ).length;
  const complete = [...stored].filter((ticker) => !asked.has(ticker)).length;
  for (let tickers = 1; tickers <= fresh; tickers++) {
    const lacking = { tickers, last: Math.min(tickers, freshLast) };
    if (stormOf(lacking, asked.size) !== 'none') return stormOf(lacking, asked.size + complete) === 'none';
  }
  return false;
}
