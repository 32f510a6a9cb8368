import type { Calendar } from '../calendar/calendar.ts';
import { type Absence, type Coverage, unknownTicker } from './coverage.ts';
import type { Day, DayRange } from '../session/day.ts';
import { leadingClaim } from './evidence.ts';

/** Sessions of a stretch of days, one at least. */
export interface Sessions {
  readonly first: Day;
  readonly last: Day;
  readonly sessions: number;
}

/** Sessions in a row of which the same is known: what `stateOf` says of each. */
export interface StateRun extends Sessions {
  readonly state: 'present' | 'absent' | 'missing';
  /** Of absent sessions: the stored absence, not a part of it; else null. */
  readonly absence: Absence | null;
}

/**
 * What is known of the sessions of a range, ascending, in as many steps as there are runs, however long they are. Runs of
 * one state may follow each other.
 */
export function stateRuns(coverage: Coverage, range: DayRange, calendar: Calendar): StateRun[] {
  const { present, absent } = coverage;
  const between = unknownTicker(coverage) ?? null;
  const runs: StateRun[] = [];
  let [i, j] = [0, 0];
  for (let at = range.from; at < range.to;) {
    while ((present[i]?.to ?? Number.POSITIVE_INFINITY) <= at) i++;
    while ((absent[j]?.to ?? Number.POSITIVE_INFINITY) <= at) j++;
    const [bars, absence] = [present[i], absent[j]];
    const isPresent = bars !== undefined && bars.from <= (absence?.from ?? Number.POSITIVE_INFINITY);
    const known = isPresent ? bars : absence;
    const isKnown = known !== undefined && known.from <= at;
    const to = Math.min(range.to, (isKnown ? known.to : known?.from) ?? range.to);
    if (isKnown && isPresent) addRun(runs, calendar, at, to, 'present', null);
    else addAbsent(runs, calendar, at, to, isKnown ? (absence ?? null) : between);
    at = to;
  }
  return runs;
}

/** Sessions of which nothing is known are missing, and so are those that were only answered in doubt. */
function addAbsent(runs: StateRun[], calendar: Calendar, from: Day, to: Day, absence: Absence | null): void {
  const isMissing = absence === null || leadingClaim(absence.by).reason === 'doubted';
  addRun(runs, calendar, from, to, isMissing ? 'missing' : 'absent', isMissing ? null : absence);
}

function addRun(
  runs: StateRun[],
  calendar: Calendar,
  from: Day,
  to: Day,
  state: StateRun['state'],
  absence: Absence | null,
): void {
  const sessions = calendar.count([{ from, to }]);
  if (sessions === 0) return;
  const [first, last] = [calendar.sessionOnOrAfter(from), calendar.sessionOnOrBefore(to - 1)];
  runs.push({ first, last, sessions, state, absence });
}

/** The sessions of two stretches as those of one. */
export function joinSessions(a: Sessions, b: Sessions): Sessions {
  return { first: a.first, last: b.last, sessions: a.sessions + b.sessions };
}

export function sessionsIn(runs: readonly Sessions[]): number {
  let sum = 0;
  for (const { sessions } of runs) sum += sessions;
  return sum;
}
