import type { OwnLists } from '../core/actions/action-book.ts';
import type { Identity, Series } from '../core/bars/bars.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import type { DayRange } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import { intersect } from '../core/session/ranges.ts';

/** What a store knows of one series, without its bars. */
export interface SeriesState {
  readonly series: Series;
  /** Calendar id that the coverage was made with. */
  readonly calendar: string;
  readonly coverage: Coverage;
  readonly identity: Identity;
  readonly rows: number;
  /** Last time a provider's answer was committed, ms since the epoch; null if only ever rebuilt from rows. */
  readonly fetchedAt: number | null;
  /** Where a top-up was noted. */
  readonly topUps?: TopUps;
  /** The part of the provisional sessions of which live bars are recorded, where these are read with what is stored. Default: none. */
  readonly recorded?: readonly DayRange[];
}

/** Top-ups of a series since its oldest sessions were last compared with the provider's. */
export interface TopUps {
  readonly count: number;
  /** When that was noted, ms since the epoch. */
  readonly at: number;
}

/**
 * A file that could not be read. A damaged one of bars or corporate actions goes to `quarantine/` if the scan is a writer's.
 */
export interface SetAside {
  /** Path relative to the store's root. */
  readonly path: string;
  readonly reason: string;
  /** It lies where it was, whoever scans: it is not damaged, but cannot be read. */
  readonly isLeft?: true;
  /** It was set aside before, or is gone, and not all that it held is stored again. */
  readonly isLost?: true;
  /** Of values that later answers replaced: no session is missing for it. */
  readonly isRevisions?: true;
  /**
   * Whose it is; the interval is null for corporate actions, which all series of the ticker have in common. Of recorded live
   * bars of which nobody can tell any more whose they were it is `*`, and null.
   */
  readonly ticker: string;
  readonly interval: Interval | null;
}

/** The ticker of a damaged file that may be of any series. */
export const ANY_TICKER = '*';

/** What is known of a store without reading its bars. */
export interface Scan {
  /** By `seriesKey`. */
  readonly series: ReadonlyMap<string, SeriesState>;
  /** By ticker: the ex-dates that a provider answered for, ascending and disjoint. No entry: nothing was ever stored. */
  readonly actions: ReadonlyMap<string, readonly DayRange[]>;
  /** By ticker: the user's own lists of splits and dividends that its bars were last read with. Default: none. */
  readonly ownLists?: ReadonlyMap<string, OwnLists>;
  readonly setAside: readonly SetAside[];
  /**
   * Files of bars or corporate actions that were set aside before, or are gone though nobody of us took them, and of which not
   * all is stored again. Default: none.
   */
  readonly lost?: readonly SetAside[];
  /**
   * By path, what is lost with the files of both lists: of bars the session dates that nothing is known of now, of
   * corporate actions the ex-dates. No entry: nobody knows. Default: none.
   */
  readonly held?: ReadonlyMap<string, readonly DayRange[]>;
  /**
   * Files whose word on themselves is not believed, because another hand wrote or changed it: of these is known what their
   * rows prove. The next write puts it right. Default: none.
   */
  readonly distrusted?: readonly SetAside[];
}

/**
 * Files that may have held something of a series in some days, and of which not all is stored again. `isOpen`: whether some of
 * these days have no final bar.
 */
export function unreadableOf(
  scan: Pick<Scan, 'setAside' | 'lost' | 'held'>,
  { ticker, interval }: Series,
  days: DayRange,
  isOpen: () => boolean,
): readonly SetAside[] {
  return unreadableIn(scan).filter((file) => {
    const isIts =
      file.ticker === ANY_TICKER
        ? isOpen()
        : file.ticker === ticker && file.interval === interval && !file.isRevisions;
    const held = scan.held?.get(file.path);
    return isIts && (held === undefined || intersect(held, [days]).length > 0);
  });
}

/** Files of which nothing can be read, be it that they were set aside before. */
export function unreadableIn({ setAside, lost = [] }: Pick<Scan, 'setAside' | 'lost'>): readonly SetAside[] {
  return [...setAside, ...lost.map((file) => ({ ...file, isLost: true as const }))];
}
