import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Oddity } from '../../core/checks/oddity.ts';

/** Sessions from which on a pattern shows, and the part of them that must have it. */
const FEWEST_SESSIONS = 3;
const NEARLY_ALL = 0.9;

/**
 * What is odd of intraday rows that are stamped with the end of their bars: in nearly all sessions there is none at the
 * open, but one after it and one at the close, where no bar starts. None where rows do not look so.
 */
export function endStamps(starts: readonly number[], interval: Interval, calendar: Calendar): Oddity[] {
  const stamps = new Set(starts);
  const days = new Set(starts.map((ts) => calendar.localDay(ts)));
  const sessions = [...days].filter((day) => calendar.isSession(day)).map((day) => calendar.session(day));
  const sure = sessions.filter(({ reliable }) => reliable);
  const late = sure.filter(
    ({ open, close }) => !stamps.has(open) && stamps.has(open + intervalMs(interval)) && stamps.has(close),
  );
  const [first] = late;
  if (first === undefined || late.length < FEWEST_SESSIONS || late.length < sure.length * NEARLY_ALL)
    return [];
  const seen = `${late.length} of ${sure.length} sessions have no bar at the open and one at the close, which is left out`;
  const note = `its stamps look like the ends of bars: ${seen}; if they are, forget them and give --csv-stamps end`;
  return [{ kind: 'end-stamps', session: first.day, ts: first.open, note }];
}
