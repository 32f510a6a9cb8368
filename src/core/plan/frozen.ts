import type { Plan } from './plan.ts';

/** A plan that nobody who is told of it can change; the same one, as a copy of a million tasks would take too much room. */
export function frozenPlan(plan: Plan): Plan {
  for (const task of plan.tasks) {
    for (const want of task.wants) Object.freeze(want);
    Object.freeze(task.wants);
    Object.freeze(task);
  }
  for (const list of [plan.tasks, plan.outOfReach, plan.unavailable]) Object.freeze(list);
  return Object.freeze(plan);
}
