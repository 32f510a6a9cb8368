import type { CorporateAction, Identity } from '../bars/bars.ts';
import type { DayRange } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import { union } from '../session/ranges.ts';

/** What a rename handed over from the old ticker to the new one, which is what its undoing gives back. */
export interface Moved {
  /** ms since the epoch; nothing that it handed over was stored later. */
  readonly at: number;
  /** One an interval. */
  readonly series: readonly MovedSeries[];
  /** Ex-dates that the old ticker had answers for, ascending and disjoint. */
  readonly exDays: readonly DayRange[];
  /** Its splits and dividends, also those that were in force no more. */
  readonly actions: readonly MovedAction[];
}

export type MovedAction = Pick<CorporateAction, 'kind' | 'exDay'>;

export interface MovedSeries {
  readonly interval: Interval;
  /** Session dates with a bar, or known to have none; ascending and disjoint. */
  readonly sessions: readonly DayRange[];
  /** Those that both tickers had a bar of: the new one's stayed. */
  readonly shared: readonly DayRange[];
  /** What was known of the old ticker, and of the new one; null: nothing was stored of it. */
  readonly old: Identity;
  readonly own: Identity | null;
}

/** What a rename handed over in all, that was done in more than one go: what was there before it is what the first one found. */
export function joinMoved(first: Moved | undefined, then: Moved): Moved {
  if (first === undefined) return then;
  const intervals = new Set([...first.series, ...then.series].map(({ interval }) => interval));
  return {
    at: Math.max(first.at, then.at),
    series: [...intervals].flatMap((interval) => {
      const [one, other] = [first, then].map(({ series }) => series.find((of) => of.interval === interval));
      if (one === undefined || other === undefined) return one ?? other ?? [];
      const sessions = union(one.sessions, other.sessions);
      return { ...one, sessions, shared: union(one.shared, other.shared) };
    }),
    exDays: union(first.exDays, then.exDays),
    actions: [...first.actions, ...then.actions.filter((key) => !isAmong(key, first.actions))],
  };
}

/** Whether a split or dividend is one of these. */
export function isAmong({ kind, exDay }: MovedAction, keys: readonly MovedAction[]): boolean {
  return keys.some((one) => one.kind === kind && one.exDay === exDay);
}
