import type { Calendar } from '../core/calendar/calendar.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import { span } from '../core/session/ranges.ts';
import type { EmptySessions } from './forgotten.ts';

/**
 * The sessions that are known to have no bar; undefined for none. Days on which nothing trades are no sessions, and of a ticker that
 * somebody does not know nothing is known.
 */
export function emptySessions(
  { absent }: Pick<Coverage, 'absent'>,
  calendar: Calendar,
): EmptySessions | undefined {
  const told = absent.filter(({ by }) => by.some(({ reason }) => reason !== 'unknown-ticker'));
  const sessions = calendar.count(told);
  const all = span(told);
  if (sessions === 0 || all === undefined) return undefined;
  const [first, last] = [calendar.sessionOnOrAfter(all.from), calendar.sessionOnOrBefore(all.to - 1)];
  return { sessions, days: { from: first, to: last + 1 } };
}
