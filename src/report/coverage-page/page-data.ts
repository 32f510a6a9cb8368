// What the page of coverage is given, as JSON. Read by the page too: types alone, and nothing of Node.
import type { AbsenceReason } from '../../core/coverage/evidence.ts';
import type { CoverageTotals } from '../coverage.ts';
import type { SeriesStanding } from '../series-coverage.ts';
import type { SeriesSums } from '../sums.ts';

/**
 * What is known of a session:
 *
 * - `present`, and `provisional`: to be fetched again; `lacking`: rows of it were rejected, so that it has too few bars
 * - `absent`, for a reason that a provider gives; `missing`: nothing is known
 * - `outside`: between two stays in an index, not asked for
 */
export type SessionStanding = 'present' | 'provisional' | 'lacking' | 'absent' | 'missing' | 'outside';

export interface LegendEntry {
  readonly state: SessionStanding;
  /** Of absent sessions, by the claim that tells most. */
  readonly reason?: AbsenceReason;
  readonly provider?: string;
}

/** The sessions of one calendar that some series of it has in its range. */
export interface CalendarSessions {
  readonly id: string;
  /** Days since 1970-01-01, see `stepsOf`. */
  readonly steps: readonly number[];
}

/** One series, short: there may be ten thousand. Sessions are counted as `SeriesCoverage` counts them. */
export type SeriesRow = readonly [
  ticker: string,
  interval: string,
  /** Place in `calendars`. */
  calendar: number,
  standing: SeriesStanding,
  /** 1: the totals leave it out, see `isLeftOut`. */
  leftOut: 0 | 1,
  /** Place of its first session among those of its calendar. */
  start: number,
  /** See `encodeRuns`. */
  runs: string,
  expected: number,
  present: number,
  provisional: number,
  absent: number,
  missing: number,
  /** In percent; null where it could not trade. */
  coverage: number | null,
  /** Sessions after its last bar on which it could trade; null where it has no bar. */
  behind: number | null,
  /** Of the last answer, seconds since the epoch. */
  fetchedAt: number | null,
  /** Place in `listings`; null where nobody told. */
  listing: number | null,
];

/** One thing that is wrong or odd. */
export type IssueRow = readonly [
  /** Place in the kinds. */
  kind: number,
  ticker: string,
  interval: string,
  /** Session date, or the first and the last; empty where it is of none. */
  session: string,
  text: string,
];

/** A kind of issues: how many there are, and how many of these the page lists. */
export interface IssueKind {
  readonly title: string;
  readonly count: number;
  readonly listed: number;
}

export type RevisionRow = readonly [
  ticker: string,
  interval: string,
  bar: string,
  /** When the answer came, `YYYY-MM-DD`. */
  on: string,
  by: string,
  change: string,
];

/** The series of the members of a universe. */
export interface UniverseSums extends SeriesSums {
  readonly members: number;
  /** Members of which the report has no series. */
  readonly notStored: number;
  /** Places of its series among all of them, ascending, see `stepsOf`. */
  readonly places: readonly number[];
}

export interface CoveragePageData {
  /** Where the store is. */
  readonly store: string;
  /** ISO instant at which it was looked at. */
  readonly madeAt: string;
  /** Of this program. */
  readonly version: string;
  readonly totals: CoverageTotals;
  readonly calendars: readonly CalendarSessions[];
  readonly legend: readonly LegendEntry[];
  /** Exchanges as providers call them, of which several may have one calendar. */
  readonly listings: readonly string[];
  readonly series: readonly SeriesRow[];
  readonly exchanges: readonly SeriesSums[];
  readonly universes: readonly UniverseSums[];
  /** What the report says besides: files that cannot be read, closures, what cannot be had. */
  readonly notes: readonly string[];
  readonly issues: {
    readonly kinds: readonly IssueKind[];
    readonly rows: readonly IssueRow[];
    /** The command that lists all of them. */
    readonly listedBy: string;
  };
  /** The newest ones, of `count`. */
  readonly revisions: {
    readonly count: number;
    readonly rows: readonly RevisionRow[];
    /** The command that lists all of them. */
    readonly listedBy: string;
  };
}
