import type { Calendar } from '../core/calendar/calendar.ts';
import { type Absence, provisionalAt, within } from '../core/coverage/coverage.ts';
import { type Day, type DayRange, formatDay } from '../core/session/day.ts';
import { type AbsenceReason, type Claim, leadingClaim } from '../core/coverage/evidence.ts';
import type { Interval } from '../core/session/interval.ts';
import { intersect, subtract } from '../core/session/ranges.ts';
import {
  joinSessions,
  type Sessions,
  sessionsIn,
  type StateRun,
  stateRuns,
} from '../core/coverage/state-runs.ts';
import {
  type HoleCounts,
  type HolePlace,
  holesIn,
  isHole,
  NOTHING_TO_TRADE,
  placeOf,
  type UnavailableSessions,
  unavailableIn,
} from '../core/coverage/unavailable.ts';
import type { SeriesState } from '../store/scan.ts';
import { withMissingSessions } from './missing-sessions.ts';

/** What one provider says of sessions without a bar. */
export interface ReportedClaim {
  readonly reason: AbsenceReason;
  readonly provider: string;
  /** ISO instants. */
  readonly checkedAt: string;
  readonly nextRetryAt: string | null;
  readonly attempts: number;
  /** Of `plan-limited`: how many days back the provider reached. */
  readonly reachDays?: number;
  readonly note?: string;
}

/** Consecutive sessions. Dates are session dates, both inclusive. */
export interface SessionRun {
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
}

/** A run of absent sessions, by the claim that tells most. */
export interface ReportedAbsence extends ReportedClaim, SessionRun {
  /** Where they lie among the stored bars of the series, of sessions that should have one and of which nobody says why not. */
  readonly place?: HolePlace;
  /** What other providers say of the same sessions, where any do. */
  readonly also?: readonly ReportedClaim[];
}

/**
 * How a series stands:
 *
 * - `damaged`: a file of it cannot be read
 * - `incomplete`: nothing is known of some session
 * - `unavailable`: what was asked for cannot be had: the ticker is unknown, the plan does not reach, or there is no bar, or
 *   fewer than are lacking
 * - `provisional`: a bar of a session that has settled is not final yet
 * - `holes`: of some session there is no bar, or rows of it were rejected, and nobody says why
 * - `complete`: none of these
 */
export type SeriesStanding = 'damaged' | 'incomplete' | 'unavailable' | 'provisional' | 'holes' | 'complete';

/** Coverage of one series over a range: `expected = present + absent + missing`. Plain JSON. */
export interface SeriesCoverage extends HoleCounts {
  readonly ticker: string;
  readonly interval: Interval;
  readonly calendar: string;
  /** True where the calendar is a guess; such a series is left out of the totals, see `isLeftOut`. */
  readonly advisory: boolean;
  readonly standing: SeriesStanding;
  /** First and last session that has a bar, in the range. */
  readonly first: string | null;
  readonly last: string | null;
  readonly expected: number;
  readonly present: number;
  /**
   * The part of `present` that will be fetched again, and that of it whose session has settled: it does not count as
   * covered.
   */
  readonly provisional: number;
  readonly unsure: number;
  /** The rest of `present` of which rows were rejected, so that it lacks bars: not covered either. */
  readonly lacking: number;
  readonly absent: number;
  readonly absentByReason: Readonly<Partial<Record<AbsenceReason, number>>>;
  readonly missing: number;
  /** Final sessions in percent of those on which the instrument could have traded; null where there is none. */
  readonly coverage: number | null;
  /** Rows in the store, whatever the range. */
  readonly rows: number;
  /** ISO instant of the last answer. */
  readonly fetchedAt: string | null;
  readonly absences: readonly ReportedAbsence[];
  /** Its files that could not be read, its ticker's corporate actions among them: it is not complete, whatever else it has. */
  readonly damaged: readonly string[];
  /** What of it cannot be had. */
  readonly unavailable: readonly UnavailableSessions[];
  /** Runs of sessions that nothing is known of. */
  readonly missingRuns: readonly SessionRun[];
  /** These one by one, listed anew whenever they are looked at. */
  readonly missingSessions: readonly string[];
  /** Sessions of `unsure`, and those of `lacking`. */
  readonly provisionalSessions: readonly string[];
  readonly lackingSessions: readonly string[];
}

/** What a series is judged by. */
export interface Judged {
  /** Session dates, `[from, to)`. */
  readonly range: DayRange;
  /** Which days of that are meant, ascending and disjoint. Default: all. */
  readonly lived?: readonly DayRange[];
  /** Last session that is final. */
  readonly settled: Day;
  /** ms since the epoch. */
  readonly now: number;
}

/** The coverage of one series, counted run by run. `damaged` are the paths of its files that cannot be read. */
export function coverSeries(
  state: SeriesState,
  calendar: Calendar,
  { range, lived, settled, now }: Judged,
  damaged: readonly string[],
): SeriesCoverage {
  const meant = lived ?? [range];
  const coverage = lived === undefined ? state.coverage : within(state.coverage, lived);
  const parts = meant.map((days) => stateRuns(coverage, days, calendar));
  const runs = parts.flat();
  const present = runs.filter((run) => run.state === 'present');
  const missing = parts.flatMap(missingRunsOf);
  const absences = parts.flatMap(absencesOf);
  const byReason = sessionsByReason(absences);
  const open = intersect(intersect(coverage.present, meant), provisionalAt(coverage, now));
  const unsure = intersect(open, [{ from: Number.NEGATIVE_INFINITY, to: settled + 1 }]);
  const lacking = subtract(intersect(coverage.lacking ?? [], meant), unsure);
  const unavailable = unavailableIn(coverage, range, calendar);
  const holes = holesIn(coverage, range, calendar);
  const counts = {
    expected: sessionsIn(runs),
    present: sessionsIn(present),
    provisional: calendar.count(open),
    unsure: calendar.count(unsure),
    lacking: calendar.count(lacking),
    absent: sessionsIn(absences),
    missing: sessionsIn(missing),
  };
  return withMissingSessions({
    ticker: state.series.ticker,
    interval: state.series.interval,
    calendar: calendar.id,
    advisory: calendar.advisory,
    standing: standingOf({ damaged, ...counts, unavailable, holes: holes.holes }),
    ...holes,
    first: dayText(present[0]?.first),
    last: dayText(present.at(-1)?.last),
    ...counts,
    absentByReason: byReason,
    coverage: percent(
      counts.present - counts.unsure - counts.lacking,
      counts.expected - untradable(byReason),
    ),
    rows: state.rows,
    fetchedAt: state.fetchedAt === null ? null : isoOf(state.fetchedAt),
    absences: orNone(absences.map((run) => reported(run, coverage.present))),
    damaged,
    unavailable,
    missingRuns: orNone(missing.map(runOf)),
    provisionalSessions: datesIn(unsure, calendar),
    lackingSessions: datesIn(lacking, calendar),
  });
}

function datesIn(ranges: readonly DayRange[], calendar: Calendar): readonly string[] {
  return orNone(ranges.flatMap((days) => calendar.sessions(days)).map(formatDay));
}

/** One empty list for all that have nothing to list, who are many. */
function orNone<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list;
}

const NONE: readonly never[] = [];

const NO_REASONS: SeriesCoverage['absentByReason'] = {};

/** The missing sessions, those in one run that no other session parts. */
function missingRunsOf(runs: readonly StateRun[]): Sessions[] {
  const joined: Sessions[] = [];
  for (const [i, run] of runs.entries()) {
    if (run.state !== 'missing') continue;
    const last = runs[i - 1]?.state === 'missing' ? joined.pop() : undefined;
    joined.push(last === undefined ? run : joinSessions(last, run));
  }
  return joined;
}

type AbsentRun = Sessions & { readonly absence: Absence };

/** The absent sessions, those in one run that one absence speaks of. */
function absencesOf(runs: readonly StateRun[]): AbsentRun[] {
  const joined: AbsentRun[] = [];
  for (const run of runs) {
    const { absence, first, last, sessions } = run;
    if (absence === null) continue;
    const before = joined.at(-1)?.absence === absence ? joined.pop() : undefined;
    const whole = before === undefined ? { first, last, sessions } : joinSessions(before, run);
    joined.push({ absence, ...whole });
  }
  return joined;
}

function sessionsByReason(absences: readonly AbsentRun[]): SeriesCoverage['absentByReason'] {
  if (absences.length === 0) return NO_REASONS;
  const byReason: Partial<Record<AbsenceReason, number>> = {};
  for (const { absence, sessions } of absences) {
    const { reason } = leadingClaim(absence.by);
    byReason[reason] = (byReason[reason] ?? 0) + sessions;
  }
  return byReason;
}

function standingOf(found: {
  damaged: readonly string[];
  missing: number;
  unavailable: readonly UnavailableSessions[];
  unsure: number;
  holes: number;
}): SeriesStanding {
  if (found.damaged.length > 0) return 'damaged';
  if (found.missing > 0) return 'incomplete';
  if (found.unavailable.length > 0) return 'unavailable';
  if (found.unsure > 0) return 'provisional';
  return found.holes > 0 ? 'holes' : 'complete';
}

function reported({ absence: { by }, ...run }: AbsentRun, bars: readonly DayRange[]): ReportedAbsence {
  const others = by.slice(1).map(claimOf);
  const claim = claimOf(leadingClaim(by));
  return {
    ...runOf(run),
    ...claim,
    ...(isHole(claim.reason) && { place: placeOf({ from: run.first, to: run.last + 1 }, bars) }),
    ...(others.length > 0 && { also: others }),
  };
}

function claimOf({ checkedAt, since: _since, nextRetryAt, ...claim }: Claim): ReportedClaim {
  return {
    ...claim,
    checkedAt: isoOf(checkedAt),
    nextRetryAt: nextRetryAt === null ? null : isoOf(nextRetryAt),
  };
}

function runOf({ first, last, sessions }: Sessions): SessionRun {
  return { from: formatDay(first), to: formatDay(last), sessions };
}

function dayText(day: Day | undefined): string | null {
  return day === undefined ? null : formatDay(day);
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

/**
 * Whether the totals leave a series out, as its calendar is a guess that one bar more or less may belie. Where not one bar
 * is stored the guess does not matter: a misspelt ticker is one without a calendar as often as not, and is lacking. (One
 * that was not listed yet lacks nothing.)
 */
export function isLeftOut({ advisory, rows, damaged, standing }: SeriesCoverage): boolean {
  return advisory && (rows > 0 || damaged.length > 0 || standing === 'complete');
}

/** Sessions on which there was nothing to cover. */
export function untradable(byReason: Readonly<Partial<Record<AbsenceReason, number>>>): number {
  let sessions = 0;
  for (const reason of NOTHING_TO_TRADE) sessions += byReason[reason] ?? 0;
  return sessions;
}

/** Never rounds up to 100: one session missing of a million shows. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part / whole) * 10_000) / 100;
}
