import { grouped } from '../grouped.ts';
import { type DayRange, formatDay } from '../session/day.ts';
import { span } from '../session/ranges.ts';
import { requestsForActionsOf } from './batches.ts';
import type { PlanOptions } from './limits.ts';
import { type Fetch, type FetchActions, intervalOf } from './task.ts';

/**
 * Has splits and dividends that come apart from bars asked for once, where several requests of the same tickers need them:
 * these wait for that, and follow it at once, whatever their interval. A single one goes on asking for itself.
 */
export function askingOnce(
  tasks: readonly Fetch[],
  { limits }: Pick<PlanOptions, 'limits'>,
): (Fetch | FetchActions)[] {
  const forActions = (task: Fetch): number =>
    requestsForActionsOf(task.wants, limits[intervalOf(task)] ?? {});
  const groups = grouped(
    tasks.filter((task) => forActions(task) > 0),
    (task) => tickersOf(task).join(' '),
  );
  const shared = new Map<Fetch, readonly Fetch[]>();
  for (const group of groups.values())
    if (group.length > 1) for (const task of group) shared.set(task, group);
  return tasks.flatMap((task): (Fetch | FetchActions)[] => {
    const group = shared.get(task);
    if (group === undefined) return [task];
    if (group[0] !== task) return [];
    const asking = askingFor(group, forActions(task));
    const waiting = group.map((one) => ({
      ...one,
      requests: one.requests - forActions(one),
      after: asking.id,
    }));
    return [asking, ...waiting];
  });
}

function askingFor(group: readonly Fetch[], requests: number): FetchActions {
  const [first] = group as [Fetch, ...Fetch[]];
  const tickers = tickersOf(first);
  const range = span(group.flatMap(({ wants }) => wants.map((want) => want.range))) as DayRange;
  const more = tickers.length === 1 ? '' : ` and ${tickers.length - 1} more`;
  return {
    id: `${tickers[0]}${more} actions ${formatDay(range.from)}..${formatDay(range.to - 1)}`,
    ...{ tickers, range, waiting: group.length, intervals: [...new Set(group.map(intervalOf))] },
    ...{ wants: [], requests, partitions: [] },
  };
}

function tickersOf({ wants }: Fetch): string[] {
  return wants.map(({ series }) => series.ticker);
}
