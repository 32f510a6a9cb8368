import { smallest } from '../../core/extremes.ts';
import { requestsOf } from '../../core/plan/batches.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { isPaced, usedOf } from '../../core/plan/quota.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Capabilities } from '../../providers/provider.ts';

/** The tasks of a run in their order: those before a probe, and those after it. */
export interface BesideProbe {
  readonly first: readonly Task[];
  readonly rest: readonly Task[];
}

/**
 * The tasks that leave room for a probe where what is left of a counted quota does not reach for all of them and it: a rest of
 * delisted tickers would use it up each day, and never be believed. All come first where no probe may be due, where there is
 * room, where a market is asked, and where not even one of them would.
 */
export function besideProbe(
  { tasks, mayProbe = false, standing, totals }: Plan,
  { quotas, intervals }: Pick<Capabilities, 'quotas' | 'intervals'>,
): BesideProbe {
  const left = smallest(
    quotas
      .filter((quota) => !isPaced(quota))
      .map((quota) => quota.requests - usedOf(standing, quota, standing.now)),
  );
  const asked = new Set(tasks.flatMap(({ wants }) => wants.map(({ series }) => series.interval)));
  const ofProbe = [...asked].reduce((sum, interval) => {
    const limits = intervals[interval];
    return sum + (limits === undefined ? 0 : requestsOf(limits));
  }, 0);
  const isEnough = totals.requests + ofProbe <= left;
  const at =
    !mayProbe || isEnough || tasks.some((task) => 'slice' in task) ? 0 : lastCut(tasks, left - ofProbe);
  return at === 0 ? { first: tasks, rest: [] } : { first: tasks.slice(0, at), rest: tasks.slice(at) };
}

/** How many tasks, none of which brings what a later one waits for, cost no more than so many requests. */
function lastCut(tasks: readonly Task[], requests: number): number {
  const lastWaiting = new Map<string, number>();
  for (const [i, task] of tasks.entries()) if ('after' in task) lastWaiting.set(task.after ?? '', i);
  let [cost, cut, waiting] = [0, 0, -1];
  for (const [i, task] of tasks.entries()) {
    cost += task.requests;
    if (cost > requests) break;
    waiting = Math.max(waiting, lastWaiting.get(task.id) ?? -1);
    if (waiting <= i) cut = i + 1;
  }
  return cut;
}
