import type { Series } from '../core/bars/bars.ts';
import type { MovedPart } from '../core/instrument/moved-part.ts';
import type { DayRange } from '../core/session/day.ts';
import type { OnDone } from './bounded.ts';

/** What is about to be forgotten. */
export interface ForgetOrder {
  readonly series: readonly Series[];
  /** Tickers whose splits and dividends go too. */
  readonly actionsOf: readonly string[];
  /** Session dates and ex-dates. Default: all. */
  readonly range?: DayRange;
  /** Which session dates of a series within `range` are meant, ascending and disjoint. Default: all. */
  readonly daysOf?: (series: Series) => readonly DayRange[];
  /** When, ms since the epoch. */
  readonly at: number;
  /** Is told how many series were copied. */
  readonly onKept?: OnDone | undefined;
}

/** How far `forget` or `restore` has come. */
export interface ForgetStep {
  /** `keeping`: what goes is copied to quarantine; `removing`: it goes; `restoring`: it comes back. */
  readonly doing: 'keeping' | 'removing' | 'restoring';
  readonly done: number;
  /** Series, or while it comes back their partitions. */
  readonly of: number;
}

/** What one `forget` removed, as it lies in quarantine. */
export interface ForgottenEntry {
  /** The time of forgetting and four hex digits, such as `20261120T211500Z-3f9a`; the name of its folder. */
  readonly id: string;
  /** ms since the epoch. */
  readonly forgottenAt: number;
  readonly series: readonly ForgottenSeries[];
  /** Splits and dividends in force. */
  readonly actions: number;
  /** Sessions of which it was known what splits and dividends they have, over all tickers. Default: not recorded. */
  readonly exDays?: number;
  /** What of it its tickers had of others by renames, when it was forgotten. Default: nothing that was recorded. */
  readonly movedFrom?: readonly MovedPart[];
  /** When it was brought back last, ms since the epoch; null for never. */
  readonly restoredAt: number | null;
}

/** A series, or a part of one. */
export interface ForgottenSeries {
  readonly series: Series;
  readonly rows: number;
  /** Session dates of the bars; null for none. */
  readonly days: DayRange | null;
  /** Sessions that are known to have no bar. Default: there are none, or it is not recorded. */
  readonly empty?: EmptySessions;
}

/** Sessions that are known to have no bar, one at least. */
export interface EmptySessions {
  readonly sessions: number;
  /** From the first to the last of them. */
  readonly days: DayRange;
}

/** What is known besides bars, splits and dividends. */
export interface KnownBesides {
  /** Sessions that are known to have no bar, over all series. */
  readonly empty: number;
  /** Sessions of which it is known what splits and dividends they have, over all tickers. */
  readonly exDays: number;
}

/** What `restoreForgotten` brought back, of what was not there or not known. */
export interface Restored extends KnownBesides {
  readonly entry: ForgottenEntry;
  /** Bars that were not there. */
  readonly rows: number;
  /** Splits and dividends that were not in force. */
  readonly actions: number;
}
