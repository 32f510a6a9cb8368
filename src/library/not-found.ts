import { unknownTicker } from '../core/coverage/coverage.ts';
import { leadingClaim } from '../core/coverage/evidence.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type DayRange, formatDay, utcDayOf } from '../core/session/day.ts';
import { grouped } from '../core/grouped.ts';
import type { Interval } from '../core/session/interval.ts';
import { intersect, normalize, span } from '../core/session/ranges.ts';
import { type Scan, type SeriesState, type SetAside, unreadableIn } from '../store/scan.ts';

/** A ticker that was asked for by name and of which there is nothing. */
export interface NotFound {
  readonly ticker: string;
  /** One line, which names it: `NOPE is not in the store`. */
  readonly reason: string;
}

/** What is asked for by name. */
export interface Named {
  /** Canonical; undefined: nobody is named, all that is stored is meant. */
  readonly tickers: readonly string[] | undefined;
  readonly intervals?: readonly Interval[] | undefined;
}

/**
 * The one rule of all that reads: of which tickers that are asked for by name there is nothing, and why. `isThere` says
 * whether there is something of a series, in the range that is meant. Damaged files are told of elsewhere.
 */
export function notFound(
  scan: Pick<Scan, 'series' | 'setAside' | 'lost'>,
  { tickers = [], intervals }: Named,
  isThere: (state: SeriesState) => boolean,
): NotFound[] {
  const isMeant = ({ series: { interval } }: SeriesState): boolean => intervals?.includes(interval) ?? true;
  const byTicker = grouped([...scan.series.values()].filter(isMeant), (state) => state.series.ticker);
  const isOfThem = ({ interval, isRevisions }: SetAside): boolean =>
    !isRevisions && (intervals === undefined || (interval !== null && intervals.includes(interval)));
  const damaged = new Set(
    unreadableIn(scan)
      .filter(isOfThem)
      .map(({ ticker }) => ticker),
  );
  return tickers.flatMap((ticker) => {
    const states = byTicker.get(ticker) ?? [];
    if (damaged.has(ticker) || states.some(isThere)) return [];
    const name = intervals === undefined ? ticker : `${ticker} ${intervals.join(',')}`;
    return [{ ticker, reason: `${name} ${whyNothing(states)}` }];
  });
}

/** Whether a series has a bar on any of these days. */
export function hasBar({ coverage, calendar }: SeriesState, days: DayRange): boolean {
  return calendarById(calendar).count(intersect(coverage.present, [days])) > 0;
}

function whyNothing(states: readonly SeriesState[]): string {
  if (states.length === 0) return 'is not in the store';
  const stored = span(normalize(states.flatMap(({ coverage }) => coverage.present)));
  if (stored !== undefined)
    return `has no bar in the range; its bars are of ${formatDay(stored.from)}..${formatDay(stored.to - 1)}`;
  const absence = states
    .map(({ coverage }) => unknownTicker(coverage) ?? coverage.absent.at(-1))
    .find(Boolean);
  if (absence === undefined) return 'has no bar';
  const { reason, provider, checkedAt } = leadingClaim(absence.by);
  return `has no bar: ${reason} (${provider}, ${formatDay(utcDayOf(checkedAt))})`;
}
