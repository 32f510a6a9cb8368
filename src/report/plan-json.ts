import type { Plan } from '../core/plan/plan.ts';
import type { Slice } from '../core/plan/slice.ts';
import type { Task, Want } from '../core/plan/task.ts';
import { type DayRange, formatDay } from '../core/session/day.ts';

/** A plan as JSON: its days are `YYYY-MM-DD`, and both ends of a range are in it. */
export function planJson(plan: Plan): object {
  return {
    ...plan,
    tasks: plan.tasks.map(taskJson),
    outOfReach: plan.outOfReach.map((one) => ({ ...one, gaps: one.gaps.map(datesOf) })),
    ...(plan.next && { next: plan.next.map((one) => ({ ...one, plan: planJson(one.plan) })) }),
  };
}

function taskJson(task: Task): object {
  const wants = task.wants.map(wantJson);
  if ('slice' in task) {
    return { ...task, wants, slice: sliceJson(task.slice) };
  }
  if ('tickers' in task) return { ...task, range: datesOf(task.range) };
  if (!('bucket' in task)) return { ...task, wants };
  const { actions, sessions } = task;
  const told = actions && { days: datesOf(actions.days), asked: actions.asked.map(sliceJson) };
  return { ...task, wants, sessions: sessions.map(formatDay), ...(told && { actions: told }) };
}

function sliceJson({ session, actionsSince, ...slice }: Slice): object {
  const since = actionsSince !== undefined && { actionsSince: formatDay(actionsSince) };
  return { ...slice, session: formatDay(session), ...since };
}

function wantJson(want: Want): object {
  return { ...want, range: datesOf(want.range), gaps: want.gaps.map(datesOf) };
}

function datesOf({ from, to }: DayRange): { from: string; to: string } {
  return { from: formatDay(from), to: formatDay(to - 1) };
}
