import { calendarById } from '../../core/calendar/calendars.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { ChainPlace } from '../plan/handed-on.ts';
import type { LeftAhead } from '../run/run-record.ts';
import { isServedAt } from '../want/served.ts';
import { leftUndone } from './left-undone.ts';

/**
 * What of a plan falls to those after its provider in a chain, where it says that it has none: of each session the first that
 * serves the ticker and reaches it at `now` (ms since the epoch).
 */
export function leftAhead(
  { tasks }: Pick<Plan, 'tasks'>,
  chain: ChainPlace | undefined,
  now: number,
): readonly LeftAhead[] {
  const later = chain?.all.slice(chain.before.length + 1) ?? [];
  let wants: readonly Want[] = tasks.flatMap((task) => task.wants);
  const ahead: LeftAhead[] = [];
  for (const capabilities of later) {
    const parts = wants.map((want) => parted(want, capabilities, now));
    const left = leftUndone({
      ...{ found: [], kept: new Map(), lost: [] },
      notRun: parts.flatMap(({ reached }) => reached),
    });
    if (left.length > 0) ahead.push({ provider: capabilities.id, left });
    wants = parts.flatMap(({ rest }) => rest);
  }
  return ahead;
}

/** The sessions of a want that a provider may have, and those that fall to the next one. */
function parted(
  want: Want,
  capabilities: Capabilities,
  now: number,
): { readonly reached: readonly Want[]; readonly rest: readonly Want[] } {
  const { series, gaps } = want;
  const limits = capabilities.intervals[series.interval];
  if (gaps.length === 0) return { reached: [], rest: [] };
  if (limits === undefined || !isServedAt(series.ticker, series.interval, capabilities))
    return { reached: [], rest: [want] };
  const reach = reachedFrom(limits, series.ticker, calendarById(want.calendar), now);
  const cut = (days: DayRange): readonly Want[] => {
    const its = intersect(gaps, [days]);
    return its.length === 0 ? [] : [{ ...want, gaps: its }];
  };
  return {
    reached: cut({ from: reach, to: Number.POSITIVE_INFINITY }),
    rest: cut({ from: Number.NEGATIVE_INFINITY, to: reach }),
  };
}
