import { seriesKey } from '../../core/bars/bars.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';

/**
 * Keys of the series of a plan that whole markets were to fill and that are in doubt since: no answer named them. A market may
 * leave out what the same provider has of a series that is asked for by itself, so that nobody else is asked before that.
 */
export function unnamedIn(
  { tasks }: Pick<Plan, 'tasks'>,
  { series: known }: Pick<Scan, 'series'>,
  provider: string,
): ReadonlySet<string> {
  const wants = tasks.flatMap((task) => task.wants).filter(({ market }) => market !== undefined);
  const inDoubt = wants.filter(({ series, gaps }) => {
    const absent = known.get(seriesKey(series))?.coverage.absent ?? [];
    const doubted = absent.filter(({ by }) =>
      by.some((claim) => claim.provider === provider && claim.reason === 'doubted'),
    );
    return intersect(doubted, gaps).length > 0;
  });
  return new Set(inDoubt.map(({ series }) => seriesKey(series)));
}
