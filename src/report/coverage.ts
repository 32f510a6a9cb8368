import { type Series, UNKNOWN_IDENTITY, seriesKey } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import { suspectClosures } from '../core/coverage/closures.ts';
import { NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { formatDay } from '../core/session/day.ts';
import { grouped } from '../core/grouped.ts';
import { type Interval, intervalMs } from '../core/session/interval.ts';
import { groupUnavailable, type HoleCounts, type Unavailable } from '../core/coverage/unavailable.ts';
import { type Scan, type SeriesState, type SetAside, unreadableIn } from '../store/scan.ts';
import {
  coverSeries,
  isLeftOut,
  type Judged,
  percent,
  type SeriesCoverage,
  type SeriesStanding,
  untradable,
} from './series-coverage.ts';

/** How complete the series are that were asked about. */
export interface CoverageReport {
  readonly series: readonly SeriesCoverage[];
  readonly totals: CoverageTotals;
  /** What was asked for and cannot be had. */
  readonly unavailable: readonly Unavailable[];
  /** Sessions that the calendars expect and the exchanges seem not to have held. */
  readonly suspectedClosures: readonly ReportedClosure[];
  /** Partitions that could not be read; their sessions count as missing. */
  readonly unreadable: Scan['setAside'];
  /** Files whose word on themselves is not believed: their rows tell what is known. Default: none. */
  readonly distrusted?: Scan['setAside'];
  /** Intervals that were named and of which the store has no series: each of its tickers is one at 0 %. Default: none. */
  readonly notStored?: readonly Interval[];
  /** Answers for whole markets in staging, which no series has taken in yet. Default: none. */
  readonly staged?: number;
  /** Series with bars that a run filled for the first time and has not compared with the others yet. Default: none. */
  readonly uncompared?: number;
  /** Of which series stored prices look wrong, be they complete. Default: of none, as far as runs on record tell. */
  readonly suspected?: SuspectedLevels;
}

/** Series with a price level that nothing explains, as of now. */
export interface SuspectedLevels {
  readonly series: readonly Series[];
  /** How many more a run named, which were not looked at again. */
  readonly notJudged: number;
}

/** An unscheduled closure, perhaps: no series of the calendar has the session. */
export interface ReportedClosure {
  readonly calendar: string;
  /** Session date. */
  readonly session: string;
  /** Tickers that lack it. */
  readonly tickers: number;
}

export interface CoverageTotals extends HoleCounts {
  readonly series: number;
  /** Series that the sums leave out, as their calendar is a guess: see `isLeftOut`. */
  readonly advisory: number;
  /** Series by how they stand, see `SeriesStanding`; those that are left out are among the damaged only. */
  readonly complete: number;
  readonly damaged: number;
  readonly incomplete: number;
  readonly unavailable: number;
  readonly provisional: number;
  readonly withHoles: number;
  readonly expected: number;
  readonly present: number;
  readonly absent: number;
  readonly missing: number;
  readonly coverage: number | null;
}

/**
 * The coverage of every series of a scan, and of those that have a damaged file and nothing else. `judge` says by what.
 */
export function reportCoverage(
  scan: Scan,
  judge: (state: SeriesState, calendar: Calendar) => Judged,
): CoverageReport {
  const damaged = grouped(unreadableIn(scan), ({ ticker }) => ticker);
  const series = [...scan.series.values(), ...lostSeries(scan)].map((state) => {
    const calendar = calendarById(state.calendar);
    return coverSeries(state, calendar, judge(state, calendar), damagedOf(damaged, state.series));
  });
  series.sort((a, b) => compare(a.ticker, b.ticker) || intervalMs(a.interval) - intervalMs(b.interval));
  const suspectedClosures = suspectClosures(
    [...scan.series.values()].map((state) => ({
      ticker: state.series.ticker,
      calendar: calendarById(state.calendar),
      coverage: state.coverage,
    })),
  ).map((closure): ReportedClosure => ({ ...closure, session: formatDay(closure.session) }));
  const lacking = series.filter(({ unavailable: parts }) => parts.length > 0);
  const unavailable = groupUnavailable(lacking.map(({ ticker, unavailable: parts }) => ({ ticker, parts })));
  const unreadable = unreadableIn(scan);
  const { distrusted = [] } = scan;
  return { series, totals: total(series), unavailable, suspectedClosures, unreadable, distrusted };
}

/** Series of which no file could be read. */
function lostSeries(scan: Scan): SeriesState[] {
  const lost = new Map<string, SeriesState>();
  for (const { ticker, interval, isRevisions } of unreadableIn(scan)) {
    if (interval === null || isRevisions) continue;
    const key = seriesKey({ ticker, interval });
    if (!scan.series.has(key)) lost.set(key, nothingStored({ ticker, interval }));
  }
  return [...lost.values()];
}

const NOT_DAMAGED: readonly string[] = [];

/** The damaged files of a series, from those by ticker. */
function damagedOf(
  byTicker: ReadonlyMap<string, readonly SetAside[]>,
  { ticker, interval }: Series,
): readonly string[] {
  const files = byTicker.get(ticker);
  if (files === undefined) return NOT_DAMAGED;
  return files.filter((file) => (file.interval ?? interval) === interval).map(({ path }) => path);
}

/** The state of a series of which the store has nothing. */
export function nothingStored(series: Series): SeriesState {
  const calendar = calendarFor(series.ticker).id;
  return { series, calendar, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: null };
}

/** Sums over the series that are not left out. */
function total(series: readonly SeriesCoverage[]): CoverageTotals {
  const judged = series.filter((one) => !isLeftOut(one));
  const sum = (count: (one: SeriesCoverage) => number): number =>
    judged.reduce((all, one) => all + count(one), 0);
  const standing = (wanted: SeriesStanding): number => judged.filter((one) => one.standing === wanted).length;
  const covered = sum((one) => one.present - one.unsure - one.lacking);
  const tradable = sum((one) => one.expected - untradable(one.absentByReason));
  return {
    series: series.length,
    advisory: series.length - judged.length,
    complete: standing('complete'),
    damaged: series.filter(({ damaged }) => damaged.length > 0).length,
    incomplete: standing('incomplete'),
    unavailable: standing('unavailable'),
    provisional: standing('provisional'),
    withHoles: standing('holes'),
    holes: sum((one) => one.holes),
    holesAround: sum((one) => one.holesAround),
    holesRejected: sum((one) => one.holesRejected),
    expected: sum((one) => one.expected),
    present: sum((one) => one.present),
    absent: sum((one) => one.absent),
    missing: sum((one) => one.missing),
    coverage: percent(covered, tradable),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
