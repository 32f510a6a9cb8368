import type { Calendar } from '../../../core/calendar/calendar.ts';
import { type Coverage, knownSpan, unlearn } from '../../../core/coverage/coverage.ts';

/**
 * What was known by the calendar `written`, by the one that the ticker follows now: nothing of the days that were no
 * sessions then, as runs of sessions were joined over them without a look.
 */
export function byOwnCalendar(coverage: Coverage, written: Calendar, own: Calendar): Coverage {
  const days = knownSpan(coverage);
  if (written.id === own.id || days === undefined) return coverage;
  const unseen = own.sessions(days).filter((day) => !written.isSession(day));
  return unlearn(
    coverage,
    unseen.map((day) => ({ from: day, to: day + 1 })),
  );
}

/** Whether knowledge by the calendar `written` may be of a ticker that follows `own`: guesses may have been wrong. */
export function mayBeOf(own: Calendar, written: Calendar): boolean {
  return written.zone === own.zone || written.advisory || own.advisory;
}
