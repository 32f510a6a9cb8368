import type { Calendar } from './calendar/calendar.ts';
import { type Absence, type Coverage, unknownTicker } from './coverage.ts';
import type { Day, DayRange } from './day.ts';
import { leadingClaim } from './evidence.ts';

/** Sessions in a row of which the same is known: what `stateOf` says of each. An absence is the stored one, not a part of it. */
export type StateRun = Sessions &
  ({ readonly state: 'present' | 'missing' } | { readonly state: 'absent'; readonly absence: Absence });

/** Sessions of a stretch of days, one at least. */
export interface Sessions {
  readonly first: Day;
  readonly last: Day;
  readonly sessions: number;
}

type State = { state: 'present' | 'missing' } | { state: 'absent'; absence: Absence };

const PRESENT: State = { state: 'present' };
const MISSING: State = { state: 'missing' };

/**
 * What is known of the sessions of a range, ascending, in as many steps as there are runs, however long they are. Runs of
 * one state may follow each other.
 */
export function stateRuns(coverage: Coverage, range: DayRange, calendar: Calendar): StateRun[] {
  const known = [
    ...coverage.present.map((days) => ({ ...days, state: PRESENT })),
    ...coverage.absent.map((absence) => ({ ...absence, state: stateOfAbsence(absence) })),
  ].toSorted((a, b) => a.from - b.from);
  const unknown = unknownTicker(coverage);
  const between = unknown === undefined ? MISSING : stateOfAbsence(unknown);
  const runs: StateRun[] = [];
  const add = (from: Day, to: Day, state: State): void => {
    const sessions = sessionsOf({ from, to }, calendar);
    if (sessions !== undefined) runs.push({ ...sessions, ...state });
  };
  let at = range.from;
  for (const { from, to, state } of known) {
    if (to <= at) continue;
    if (from >= range.to) break;
    add(at, from, between);
    add(Math.max(at, from), Math.min(to, range.to), state);
    at = to;
  }
  add(at, range.to, between);
  return runs;
}

/** One that was only answered in doubt is missing. */
function stateOfAbsence(absence: Absence): State {
  return leadingClaim(absence.by).reason === 'doubted' ? MISSING : { state: 'absent', absence };
}

function sessionsOf({ from, to }: DayRange, calendar: Calendar): Sessions | undefined {
  if (from >= to) return undefined;
  const [first, last] = [calendar.sessionOnOrAfter(from), calendar.sessionOnOrBefore(to - 1)];
  return first > last ? undefined : { first, last, sessions: calendar.count([{ from, to }]) };
}

/** The sessions of two stretches as those of one. */
export function joinSessions(a: Sessions, b: Sessions): Sessions {
  return { first: a.first, last: b.last, sessions: a.sessions + b.sessions };
}

export function sessionsIn(runs: readonly Sessions[]): number {
  return runs.reduce((sum, { sessions }) => sum + sessions, 0);
}
