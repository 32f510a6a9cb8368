import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Coverage, provisionalAt, within } from '../../core/coverage/coverage.ts';
import { leadingClaim } from '../../core/coverage/evidence.ts';
import { type Sessions, type StateRun, stateRuns } from '../../core/coverage/state-runs.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, subtract } from '../../core/session/ranges.ts';
import type { SeriesState } from '../../store/scan.ts';
import type { Judged } from '../series-coverage.ts';
import type { LegendEntry } from './page-data.ts';

/** Sessions in a row of one standing, one at least. */
export interface SessionsOfStanding extends Sessions {
  readonly standing: LegendEntry;
}

/** What is known of each session that is meant, ascending; between two stays in an index there is nothing. */
export function standingRuns(
  { coverage: known }: SeriesState,
  calendar: Calendar,
  { range, lived, now }: Judged,
): SessionsOfStanding[] {
  const coverage = lived === undefined ? known : within(known, lived);
  const runs = (lived ?? [range]).flatMap((days) => stateRuns(coverage, days, calendar));
  const parts = presentParts(coverage, now);
  return runs.flatMap((run) =>
    run.state === 'present'
      ? presentRuns(run, parts, calendar)
      : [{ standing: standingOf(run), ...sessionsOf(run) }],
  );
}

type PresentPart = 'provisional' | 'lacking' | 'present';

/** The sessions with a bar, by whether they are final. */
function presentParts(
  coverage: Coverage,
  now: number,
): readonly (readonly [PresentPart, readonly DayRange[]])[] {
  const provisional = provisionalAt(coverage, now);
  const lacking = subtract(coverage.lacking ?? [], provisional);
  return [
    ['provisional', provisional],
    ['lacking', lacking],
    ['present', subtract(subtract(coverage.present, provisional), lacking)],
  ];
}

function presentRuns(
  run: StateRun,
  parts: ReturnType<typeof presentParts>,
  calendar: Calendar,
): SessionsOfStanding[] {
  const days = [{ from: run.first, to: run.last + 1 }];
  const cut = parts.flatMap(([state, ranges]) => intersect(days, ranges).map((part) => ({ state, part })));
  if (cut.length === 1 && cut[0] !== undefined)
    return [{ standing: { state: cut[0].state }, ...sessionsOf(run) }];
  return cut
    .toSorted((a, b) => a.part.from - b.part.from)
    .map(({ state, part }) => ({
      standing: { state },
      first: calendar.sessionOnOrAfter(part.from),
      last: calendar.sessionOnOrBefore(part.to - 1),
      sessions: calendar.count([part]),
    }))
    .filter(({ sessions }) => sessions > 0);
}

function sessionsOf({ first, last, sessions }: Sessions): Sessions {
  return { first, last, sessions };
}

function standingOf({ state, absence }: StateRun): LegendEntry {
  if (absence === null) return { state };
  const { reason, provider } = leadingClaim(absence.by);
  return { state: 'absent', reason, provider };
}
