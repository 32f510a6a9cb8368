import type { DateRange } from './read-options.ts';
import type { Scan } from '../store/scan.ts';

/** When a ticker was renamed, `YYYY-MM-DD`. */
export interface RenameDates extends DateRange {
  /** First session under the new ticker, instead of `end`. */
  readonly on?: string;
}

/** A rename. Default: all of the old ticker's sessions are the new one's. */
export interface RenameRange extends RenameDates, RenameOptions {
  /** Record it though nothing is stored of either ticker, or no bar of the old one of its days. Default false: it is refused. */
  readonly inAdvance?: boolean;
}

/** What a rename may do. */
export interface RenameOptions {
  /**
   * Where both tickers have a final session and its prices differ, keep the new one's, and put the old one's aside, from
   * where `restore` brings it back. Default false: it is refused.
   */
  readonly keepNew?: boolean;
}

/** What `rename` did. */
export interface Renamed {
  readonly from: string;
  readonly to: string;
  /** `FB became META on 2022-06-09` */
  readonly what: string;
  /** The sessions meant: `before 2022-06-09` */
  readonly when: string;
  /** Bars that are now the new ticker's. */
  readonly bars: number;
  /** Splits and dividends that are. */
  readonly actions: number;
  /** Old values of bars that are. */
  readonly revisions: number;
  /** Rows that the new ticker's own contradict, which stay: these are in quarantine. */
  readonly differing: number;
  /** By what `restore` brings the old ticker's bars of these sessions back; null if there are none. */
  readonly kept: string | null;
  /** How many these are: all of each session of which a bar differs. */
  readonly keptBars: number;
  /** Files that could not be read and were moved to quarantine: what they held is lost of the new ticker now. */
  readonly setAside: Scan['setAside'];
}

/** What `undoRename` did. */
export interface RenameUndone extends Pick<Renamed, 'from' | 'to' | 'what' | 'when'> {
  /** Bars that are the old ticker's again. */
  readonly bars: number;
  /** Splits and dividends that are, also of those that are in force no more. */
  readonly actions: number;
  /** Old values of bars that are. */
  readonly revisions: number;
  /** A line for each time that bars of it were forgotten under the new ticker and not brought back, with what to do. */
  readonly forgotten: readonly string[];
}
