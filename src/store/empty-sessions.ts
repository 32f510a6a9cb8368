import type { Calendar } from '../core/calendar/calendar.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import { span } from '../core/session/ranges.ts';
import type { EmptySessions } from './forgotten.ts';

/** The sessions that are known to have no bar; undefined for none. Days on which nothing trades are no sessions. */
export function emptySessions(
  { absent }: Pick<Coverage, 'absent'>,
  calendar: Calendar,
): EmptySessions | undefined {
  const sessions = calendar.count(absent);
  const all = span(absent);
  if (sessions === 0 || all === undefined) return undefined;
  const [first, last] = [calendar.sessionOnOrAfter(all.from), calendar.sessionOnOrBefore(all.to - 1)];
  return { sessions, days: { from: first, to: last + 1 } };
}
