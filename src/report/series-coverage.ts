import type { Calendar } from '../core/calendar/calendar.ts';
import { type Absence, provisionalAt, stateOf } from '../core/coverage.ts';
import { type Day, type DayRange, formatDay } from '../core/day.ts';
import { type AbsenceReason, type Claim, leadingClaim } from '../core/evidence.ts';
import type { Interval } from '../core/interval.ts';
import { contains } from '../core/ranges.ts';
import { holesIn, NOTHING_TO_TRADE, type UnavailableSessions, unavailableIn } from '../core/unavailable.ts';
import type { SeriesState } from '../store/store.ts';

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
  /** What other providers say of the same sessions, where any do. */
  readonly also?: readonly ReportedClaim[];
}

/**
 * How a series stands:
 *
 * - `damaged`: a file of it cannot be read
 * - `incomplete`: nothing is known of some session
 * - `unavailable`: what was asked for cannot be had: the ticker is unknown, the plan does not reach, or there is no bar, or fewer than are lacking
 * - `provisional`: a bar of a session that has settled is not final yet
 * - `holes`: of some session there is no bar, and nobody says why
 * - `complete`: none of these
 */
export type SeriesStanding = 'damaged' | 'incomplete' | 'unavailable' | 'provisional' | 'holes' | 'complete';

/** Coverage of one series over a range: `expected = present + absent + missing`. Plain JSON. */
export interface SeriesCoverage {
  readonly ticker: string;
  readonly interval: Interval;
  readonly calendar: string;
  /** True where the calendar is a guess; such a series is left out of the totals. */
  readonly advisory: boolean;
  readonly standing: SeriesStanding;
  /** First and last session that has a bar, in the range. */
  readonly first: string | null;
  readonly last: string | null;
  readonly expected: number;
  readonly present: number;
  /** The part of `present` that will be fetched again, and that of it whose session has settled: it does not count as covered. */
  readonly provisional: number;
  readonly unsure: number;
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
  /** Sessions that nothing is known of, and the runs that they form. */
  readonly missingSessions: readonly string[];
  readonly missingRuns: readonly SessionRun[];
  /** Sessions of `unsure`. */
  readonly provisionalSessions: readonly string[];
}

/** What a series is judged by. */
export interface Judged {
  /** Session dates, `[from, to)`. */
  readonly range: DayRange;
  /** Last session that is final. */
  readonly settled: Day;
  /** ms since the epoch. */
  readonly now: number;
}

/** The coverage of one series. `damaged` are the paths of its files that cannot be read. */
export function coverSeries(
  state: SeriesState,
  calendar: Calendar,
  { range, settled, now }: Judged,
  damaged: readonly string[],
): SeriesCoverage {
  const sessions = calendar.sessions(range);
  const { present, missing, missingRuns, provisional, absences, byReason } = statesOf(sessions, state, now);
  const unsure = provisional.filter((session) => session <= settled);
  const tradable = sessions.length - untradable(byReason);
  const unavailable = unavailableIn(state.coverage, range, calendar);
  return {
    ticker: state.series.ticker,
    interval: state.series.interval,
    calendar: calendar.id,
    advisory: calendar.advisory,
    standing: standingOf({
      damaged,
      missing,
      unavailable,
      unsure,
      holes: holesIn(state.coverage, range, calendar),
    }),
    first: dayText(present[0]),
    last: dayText(present.at(-1)),
    expected: sessions.length,
    present: present.length,
    provisional: provisional.length,
    unsure: unsure.length,
    absent: sessions.length - present.length - missing.length,
    absentByReason: byReason,
    missing: missing.length,
    coverage: percent(present.length - unsure.length, tradable),
    rows: state.rows,
    fetchedAt: state.fetchedAt === null ? null : isoOf(state.fetchedAt),
    absences: absences.map(({ absence, sessions: days }) => reported(absence, days)),
    damaged,
    unavailable,
    missingSessions: missing.map(formatDay),
    missingRuns: missingRuns.map(runOf),
    provisionalSessions: unsure.map(formatDay),
  };
}

/** What is known of the sessions of a range. */
function statesOf(sessions: readonly Day[], { coverage }: SeriesState, now: number) {
  const open = provisionalAt(coverage, now);
  const present: Day[] = [];
  const missing: Day[] = [];
  const missingRuns: Day[][] = [];
  let before: Day | undefined;
  const provisional: Day[] = [];
  const absences: { absence: Absence; sessions: Day[] }[] = [];
  const byReason: Partial<Record<AbsenceReason, number>> = {};
  for (const session of sessions) {
    const known = stateOf(coverage, session);
    if (known.state === 'missing') {
      if (before !== undefined && missing.at(-1) === before) missingRuns.at(-1)?.push(session);
      else missingRuns.push([session]);
      missing.push(session);
    } else if (known.state === 'present') {
      present.push(session);
      if (contains(open, session)) provisional.push(session);
    } else {
      byReason[known.claim.reason] = (byReason[known.claim.reason] ?? 0) + 1;
      const run = absences.at(-1);
      if (run?.absence === known.absence) run.sessions.push(session);
      else absences.push({ absence: known.absence, sessions: [session] });
    }
    before = session;
  }
  return { present, missing, missingRuns, provisional, absences, byReason };
}

function standingOf(found: {
  damaged: readonly string[];
  missing: readonly Day[];
  unavailable: readonly UnavailableSessions[];
  unsure: readonly Day[];
  holes: number;
}): SeriesStanding {
  if (found.damaged.length > 0) return 'damaged';
  if (found.missing.length > 0) return 'incomplete';
  if (found.unavailable.length > 0) return 'unavailable';
  if (found.unsure.length > 0) return 'provisional';
  return found.holes > 0 ? 'holes' : 'complete';
}

function reported({ from, by }: Absence, sessions: readonly Day[]): ReportedAbsence {
  const others = by.slice(1).map(claimOf);
  return {
    from: formatDay(sessions[0] ?? from),
    to: formatDay(sessions.at(-1) ?? from),
    sessions: sessions.length,
    ...claimOf(leadingClaim(by)),
    ...(others.length > 0 && { also: others }),
  };
}

function claimOf({ checkedAt, nextRetryAt, ...claim }: Claim): ReportedClaim {
  return {
    ...claim,
    checkedAt: isoOf(checkedAt),
    nextRetryAt: nextRetryAt === null ? null : isoOf(nextRetryAt),
  };
}

function runOf(sessions: readonly Day[]): SessionRun {
  return {
    from: formatDay(sessions[0] ?? 0),
    to: formatDay(sessions.at(-1) ?? 0),
    sessions: sessions.length,
  };
}

function dayText(day: Day | undefined): string | null {
  return day === undefined ? null : formatDay(day);
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

/** Sessions on which there was nothing to cover. */
export function untradable(byReason: Readonly<Partial<Record<AbsenceReason, number>>>): number {
  return [...NOTHING_TO_TRADE].reduce((sum, reason) => sum + (byReason[reason] ?? 0), 0);
}

/** Never rounds up to 100: one session missing of a million shows. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part / whole) * 10_000) / 100;
}
