import { calendarById } from '../../core/calendar/calendars.ts';
import { grouped } from '../../core/grouped.ts';
import type { SeriesGaps } from '../../core/plan/gaps.ts';
import { type PlanOptions, withoutMarkets } from '../../core/plan/limits.ts';
import { planTasks } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';

/**
 * The same tasks, where what is left of a whole market is asked for by its series if that takes fewer requests: the few that
 * an answer lacked are not worth all sessions again. Who wants all again, or what replaces a series, stays as it is.
 */
export function withFewBySeries(tasks: readonly Task[], options: PlanOptions): readonly Task[] {
  const ofMarkets = grouped(tasks.filter(isOfMarket), ({ market }) => market);
  const instead = new Map<string, readonly Task[]>();
  for (const [market, own] of ofMarkets) {
    const wants = own.flatMap((task) => task.wants);
    const bySeries = wants.every(isPlain) ? tasksBySeries(wants, options) : undefined;
    if (bySeries !== undefined && requestsOf(bySeries) < requestsOf(own)) instead.set(market, bySeries);
  }
  if (instead.size === 0) return tasks;
  const rest = tasks.filter((task) => !isOfMarket(task) || !instead.has(task.market));
  return [...rest, ...[...instead.values()].flat()];
}

type OfMarket = Extract<Task, { readonly market: string }>;

function isOfMarket(task: Task): task is OfMarket {
  return 'slice' in task || 'bucket' in task;
}

function isPlain({ again, replaces }: Want): boolean {
  return again !== true && replaces !== true;
}

/** What an ordinary plan would ask for; undefined where that does not reach all of it. */
function tasksBySeries(wants: readonly Want[], options: PlanOptions): readonly Task[] | undefined {
  const gaps = wants.map(({ series, calendar, gaps: own, sessions }): SeriesGaps => {
    return { series, calendar: calendarById(calendar), gaps: own, sessions, final: [] };
  });
  const plan = planTasks(gaps, { ...options, limits: withoutMarkets(options.limits) });
  return plan.outOfReach.length > 0 ? undefined : plan.tasks;
}

function requestsOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { requests }) => sum + requests, 0);
}
