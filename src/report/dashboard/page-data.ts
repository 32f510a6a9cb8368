import type { CoverageTotals } from '../coverage.ts';
import type { SeriesStanding } from '../series-coverage.ts';
import type { RunRow, StoreNow } from './live-data.ts';

/** A stored series, short: there may be ten thousand. */
export type StoredSeries = readonly [
  ticker: string,
  interval: string,
  standing: SeriesStanding,
  /** In percent; null where it could not trade. */
  coverage: number | null,
  missing: number,
  absent: number,
  /** First and last session with a bar. */
  first: string | null,
  last: string | null,
  rows: number,
];

/** A place on the axis of a chart: a bar, or a session without one. */
export type ChartSlot = readonly [
  /** Its date, and of a bar within a session its start in UTC. */
  label: string,
  bar:
    | readonly [open: number, high: number, low: number, close: number, volume: number | null]
    /** Nothing is known of the session, or it is known to have none. */
    | 'missing'
    | 'absent',
];

/** Something that is marked on a chart, and listed below it. */
export interface ChartMark {
  readonly kind: 'split' | 'dividend' | 'revision' | 'odd' | 'rejected';
  /** Place among the slots; null: none of them is of that day. */
  readonly place: number | null;
  /** Of the session or the bar. */
  readonly when: string;
  readonly text: string;
}

/** One series with its bars. */
export interface SeriesPage {
  readonly ticker: string;
  readonly interval: string;
  readonly title: string;
  /** What of it is shown, in words. */
  readonly said: string;
  readonly standing: SeriesStanding;
  readonly calendar: string;
  /** Counts of the whole series, as `SeriesCoverage` has them. */
  readonly counts: Readonly<
    Record<'expected' | 'present' | 'provisional' | 'absent' | 'missing' | 'rows', number>
  > & { readonly coverage: number | null };
  /** First and last session with a bar, and ISO instant of the last answer; null where there is none. */
  readonly first: string | null;
  readonly last: string | null;
  readonly fetchedAt: string | null;
  /** Session dates of what is shown, those without a bar included, both inclusive; null where the series has no bar. */
  readonly shown: { readonly from: string; readonly to: string } | null;
  /** The last session before what is shown, and one from which on a page would show what comes after it. */
  readonly earlier: string | null;
  readonly later: string | null;
  readonly slots: readonly ChartSlot[];
  readonly marks: readonly ChartMark[];
  /** Runs of sessions without a bar, of the whole series: the newest first. */
  readonly gaps: readonly {
    readonly from: string;
    readonly to: string;
    readonly sessions: number;
    readonly why: string;
  }[];
  readonly moreGaps: number;
}

/** A run on record in full. */
export interface RunPage {
  readonly run: RunRow;
  /** What it was, and what it said when it ended. */
  readonly lines: readonly string[];
  readonly failures: readonly {
    readonly ticker: string;
    readonly interval: string;
    readonly from: string;
    readonly to: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly moreFailures: number;
  /** Stored series whose last answer came while it went on, the worst first. */
  readonly series: readonly StoredSeries[];
}

/** What a page of the dashboard shows. Plain JSON; nothing of it is HTML. */
export type DashboardPage =
  | { readonly page: 'live'; readonly hasRuns: boolean; readonly trouble: StoreNow['trouble'] }
  | {
      readonly page: 'series-list';
      readonly totals: CoverageTotals;
      readonly series: readonly StoredSeries[];
    }
  | { readonly page: 'series'; readonly series: SeriesPage }
  | { readonly page: 'runs'; readonly runs: readonly RunRow[]; readonly spoilt: readonly string[] }
  | { readonly page: 'run'; readonly run: RunPage }
  | { readonly page: 'trouble'; readonly title: string; readonly message: string };

/** A page, and what all of them say. */
export interface DashboardData {
  /** Where the store is. */
  readonly store: string;
  /** Of this program. */
  readonly version: string;
  /** There are pages of what lies in the queues of machines. Default: there are none. */
  readonly hasQueues?: true;
  readonly shown: DashboardPage;
}
