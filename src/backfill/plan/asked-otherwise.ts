import { calendarById } from '../../core/calendar/calendars.ts';
import { withoutMarkets } from '../../core/plan/limits.ts';
import { planTasks } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import type { Capabilities } from '../../providers/provider.ts';

/** What the wants of a market that is not open to the key are asked for by in its place: their series. */
export function askedOtherwise(
  wants: readonly Want[],
  { intervals, quotas, actions }: Capabilities,
  now: number,
): readonly Task[] {
  const gaps = wants.map(({ series, calendar, gaps: own, sessions, again = false }) => {
    return { series, calendar: calendarById(calendar), gaps: own, sessions, final: [], again };
  });
  return planTasks(gaps, { limits: withoutMarkets(intervals), quotas, actions, now }).tasks;
}
