import { type Series, UNKNOWN_IDENTITY, seriesKey } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import { suspectClosures } from '../core/closures.ts';
import { type Absence, type AbsenceReason, NOTHING_KNOWN, stateOf } from '../core/coverage.ts';
import { type Day, type DayRange, formatDay } from '../core/day.ts';
import type { Scan, SeriesState, SetAside } from '../store/store.ts';

/** Runs of sessions of one reason. Dates are session dates, both inclusive. */
export interface ReportedAbsence {
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  readonly reason: AbsenceReason;
  readonly provider: string;
  /** ISO instants. */
  readonly checkedAt: string;
  readonly nextRetryAt: string | null;
  readonly attempts: number;
  readonly note?: string;
}

/** Coverage of one series over a range: `expected = present + absent + missing`. Plain JSON. */
export interface SeriesCoverage {
  readonly ticker: string;
  readonly interval: string;
  readonly calendar: string;
  /** True where the calendar is a guess; such a series is left out of the totals. */
  readonly advisory: boolean;
  /** First and last session that has a bar, in the range. */
  readonly first: string | null;
  readonly last: string | null;
  readonly expected: number;
  readonly present: number;
  /** The part of `present` that will be fetched again. */
  readonly provisional: number;
  readonly absent: number;
  readonly absentByReason: Readonly<Partial<Record<AbsenceReason, number>>>;
  readonly missing: number;
  /** `present` in percent of the sessions on which the instrument could have traded; null where there is none. */
  readonly coverage: number | null;
  /** Rows in the store, whatever the range. */
  readonly rows: number;
  /** ISO instant of the last answer. */
  readonly fetchedAt: string | null;
  readonly absences: readonly ReportedAbsence[];
  /** Its files that could not be read, its ticker's corporate actions among them: it is not complete, whatever else it has. */
  readonly damaged: readonly string[];
  /** Sessions that nothing is known of. */
  readonly missingSessions: readonly string[];
}

export interface CoverageReport {
  readonly series: readonly SeriesCoverage[];
  readonly totals: CoverageTotals;
  /** Sessions that the calendars expect and the exchanges seem not to have held. */
  readonly suspectedClosures: readonly ReportedClosure[];
  /** Partitions that could not be read; their sessions count as missing. */
  readonly unreadable: Scan['setAside'];
}

/** An unscheduled closure, perhaps: no series of the calendar has the session. */
export interface ReportedClosure {
  readonly calendar: string;
  /** Session date. */
  readonly session: string;
  /** Tickers that lack it. */
  readonly tickers: number;
}

export interface CoverageTotals {
  readonly series: number;
  /** Series with an advisory calendar; the sums leave them out. */
  readonly advisory: number;
  /** Series of which a file could not be read. */
  readonly damaged: number;
  readonly expected: number;
  readonly present: number;
  readonly absent: number;
  readonly missing: number;
  readonly coverage: number | null;
}

/** On these sessions there was nothing to trade or nobody traded: they do not count against coverage. */
const NOT_TRADABLE: ReadonlySet<AbsenceReason> = new Set(['pre-listing', 'delisted', 'halted', 'no-trades']);

/**
 * The coverage of every series of a scan, and of those that have a damaged file and nothing else. `rangeOf` gives the
 * session dates to judge, `[from, to)`.
 */
export function reportCoverage(
  scan: Scan,
  rangeOf: (state: SeriesState, calendar: Calendar) => DayRange,
): CoverageReport {
  const damaged = new Map<string, SetAside[]>();
  for (const file of scan.setAside) damaged.set(file.ticker, [...(damaged.get(file.ticker) ?? []), file]);
  const series = [...scan.series.values(), ...lostSeries(scan)].map((state) => {
    const calendar = calendarById(state.calendar);
    return coverSeries(state, calendar, rangeOf(state, calendar), damagedOf(damaged, state.series));
  });
  series.sort((a, b) => compare(a.ticker, b.ticker) || compare(a.interval, b.interval));
  const suspectedClosures = suspectClosures(
    [...scan.series.values()].map((state) => ({
      ticker: state.series.ticker,
      calendar: calendarById(state.calendar),
      coverage: state.coverage,
    })),
  ).map((closure): ReportedClosure => ({ ...closure, session: formatDay(closure.session) }));
  return { series, totals: total(series), suspectedClosures, unreadable: scan.setAside };
}

/** Series of which no file could be read. */
function lostSeries({ series, setAside }: Scan): SeriesState[] {
  const lost = new Map<string, SeriesState>();
  for (const { ticker, interval } of setAside) {
    if (interval === null) continue;
    const key = seriesKey({ ticker, interval });
    if (!series.has(key)) lost.set(key, nothingStored({ ticker, interval }));
  }
  return [...lost.values()];
}

/** The damaged files of a series, from those by ticker. */
function damagedOf(
  byTicker: ReadonlyMap<string, readonly SetAside[]>,
  { ticker, interval }: Series,
): string[] {
  const files = byTicker.get(ticker) ?? [];
  return files.filter((file) => (file.interval ?? interval) === interval).map(({ path }) => path);
}

/** The state of a series of which the store has nothing. */
export function nothingStored(series: Series): SeriesState {
  const calendar = calendarFor(series.ticker).id;
  return { series, calendar, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: null };
}

function coverSeries(
  state: SeriesState,
  calendar: Calendar,
  range: DayRange,
  damaged: readonly string[],
): SeriesCoverage {
  const sessions = calendar.sessions(range);
  const presentDays: Day[] = [];
  const missing: Day[] = [];
  const absences: { absence: Absence; sessions: Day[] }[] = [];
  const byReason: Partial<Record<AbsenceReason, number>> = {};
  let provisional = 0;
  for (const session of sessions) {
    const known = stateOf(state.coverage, session);
    if (known.state === 'missing') missing.push(session);
    else if (known.state === 'present') {
      presentDays.push(session);
      if (known.provisional) provisional++;
    } else {
      byReason[known.absence.reason] = (byReason[known.absence.reason] ?? 0) + 1;
      const run = absences.at(-1);
      if (run?.absence === known.absence) run.sessions.push(session);
      else absences.push({ absence: known.absence, sessions: [session] });
    }
  }
  const [first, last] = [presentDays[0], presentDays.at(-1)];
  const absent = sessions.length - presentDays.length - missing.length;
  return {
    ticker: state.series.ticker,
    interval: state.series.interval,
    calendar: calendar.id,
    advisory: calendar.advisory,
    first: first === undefined ? null : formatDay(first),
    last: last === undefined ? null : formatDay(last),
    expected: sessions.length,
    present: presentDays.length,
    provisional,
    absent,
    absentByReason: byReason,
    missing: missing.length,
    coverage: percent(presentDays.length, sessions.length - untradable(byReason)),
    rows: state.rows,
    fetchedAt: state.fetchedAt === null ? null : new Date(state.fetchedAt).toISOString(),
    absences: absences.map(({ absence, sessions: days }) => reported(absence, days)),
    damaged,
    missingSessions: missing.map(formatDay),
  };
}

function reported(absence: Absence, sessions: readonly Day[]): ReportedAbsence {
  const { reason, provider, checkedAt, nextRetryAt, attempts, note } = absence;
  return {
    from: formatDay(sessions[0] ?? absence.from),
    to: formatDay(sessions.at(-1) ?? absence.from),
    sessions: sessions.length,
    reason,
    provider,
    checkedAt: new Date(checkedAt).toISOString(),
    nextRetryAt: nextRetryAt === null ? null : new Date(nextRetryAt).toISOString(),
    attempts,
    ...(note !== undefined && { note }),
  };
}

function untradable(byReason: Readonly<Partial<Record<AbsenceReason, number>>>): number {
  return [...NOT_TRADABLE].reduce((sum, reason) => sum + (byReason[reason] ?? 0), 0);
}

/** Sums over the series whose calendar is known. */
function total(series: readonly SeriesCoverage[]): CoverageTotals {
  const judged = series.filter(({ advisory }) => !advisory);
  const sum = (count: (one: SeriesCoverage) => number): number =>
    judged.reduce((all, one) => all + count(one), 0);
  const present = sum((one) => one.present);
  const tradable = sum((one) => one.expected - untradable(one.absentByReason));
  return {
    series: series.length,
    advisory: series.length - judged.length,
    damaged: series.filter(({ damaged }) => damaged.length > 0).length,
    expected: sum((one) => one.expected),
    present,
    absent: sum((one) => one.absent),
    missing: sum((one) => one.missing),
    coverage: percent(present, tradable),
  };
}

/** Never rounds up to 100: one session missing of a million shows. */
function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part / whole) * 10_000) / 100;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
