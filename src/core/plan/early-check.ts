import type { DayRange } from '../session/day.ts';

/** So many top-ups of a series, the last one compares its oldest sessions: less than 5 % more requests. */
export const TOP_UPS_A_CHECK = 21;

/** The oldest final sessions of a series: they change with whatever the provider restates. */
export interface EarlySessions {
  readonly days: DayRange;
  /** Top-ups since they were last compared with the provider's. */
  readonly topUps: number;
  /** They are to be compared whatever the count: what the user lists himself changed. Default false. */
  readonly isDue?: boolean;
}

/** A want as far as it matters here; see `Want.topUps`. */
interface Reaching {
  readonly range: DayRange;
  readonly topUps?: number;
}

/**
 * The tasks of a top-up, noting that one of them compares the oldest sessions, or how long ago that was; with one more
 * that does where it is due.
 */
export function withEarlyCheck<T extends Reaching>(
  tasks: readonly T[],
  { days, topUps, isDue = false }: EarlySessions,
  comparing: (days: DayRange) => T,
): T[] {
  const reaching = tasks.find(({ range }) => range.from <= days.from && days.to <= range.to);
  if (reaching !== undefined) return tasks.map((task) => (task === reaching ? { ...task, topUps: 0 } : task));
  // What is due stays due until it was done: the other tasks say nothing of it.
  if (isDue || topUps + 1 >= TOP_UPS_A_CHECK) return [...tasks, { ...comparing(days), topUps: 0 }];
  return tasks.map((task) => ({ ...task, topUps: topUps + 1 }));
}
