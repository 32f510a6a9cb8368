import { seriesKey } from '../../core/bars/bars.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';

/**
 * Keys of the series of a plan that whole markets were to fill and that are in doubt since: no answer named them. A market may
 * leave out what the same provider has of a series that is asked for by itself, so that nobody else is asked before that; none
 * where its series are read from the same answers.
 */
export function unnamedIn(
  { tasks }: Pick<Plan, 'tasks'>,
  { series: known }: Pick<Scan, 'series'>,
  { id: provider, intervals }: Pick<Capabilities, 'id' | 'intervals'>,
): ReadonlySet<string> {
  const wants = tasks
    .flatMap((task) => task.wants)
    .filter(
      ({ market, series }) =>
        market !== undefined && intervals[series.interval]?.market?.hasAllSeries !== true,
    );
  const inDoubt = wants.filter(({ series, gaps }) => {
    const absent = known.get(seriesKey(series))?.coverage.absent ?? [];
    const doubted = absent.filter(({ by }) =>
      by.some((claim) => claim.provider === provider && claim.reason === 'doubted'),
    );
    return intersect(doubted, gaps).length > 0;
  });
  return new Set(inDoubt.map(({ series }) => seriesKey(series)));
}
