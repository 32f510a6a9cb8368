import { seriesKey } from '../../core/bars/bars.ts';
import { type Coverage, unknownTo } from '../../core/coverage/coverage.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { normalize, union } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { isServedAt } from '../want/served.ts';

/** What of a provider turned out not to be open, to the key or from here, or not to reach as far as is asked. */
export interface Closed {
  readonly all: boolean;
  readonly intervals: ReadonlySet<Interval>;
  /** Series keys. */
  readonly series: ReadonlySet<string>;
  /** First days of which it has nothing, as its files end before; by series key. */
  readonly endsAt: ReadonlyMap<string, Day>;
}

/** A provider that was asked before another one of its chain. */
export interface Earlier {
  readonly capabilities: Capabilities;
  readonly closed: Closed;
}

export const NOTHING_CLOSED: Closed = {
  all: false,
  intervals: new Set(),
  series: new Set(),
  endsAt: new Map(),
};

export const ALL_DAYS: DayRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The days of a series of which a provider cannot give any bar, by what it is and by what it is on record to have said. */
export function cannotGive(
  { capabilities, closed }: Earlier,
  { series, calendar }: WantedSeries,
  coverage: Coverage,
  now: number,
): readonly DayRange[] {
  const { id, intervals } = capabilities;
  const limits = intervals[series.interval];
  const isClosed =
    closed.all || closed.intervals.has(series.interval) || closed.series.has(seriesKey(series));
  if (limits === undefined || isClosed || !isServedAt(series.ticker, series.interval, capabilities))
    return [ALL_DAYS];
  if (unknownTo(id, coverage) !== undefined) return [ALL_DAYS];
  const said = coverage.absent.filter(({ by }) =>
    by.some(({ provider, reason }) => provider === id && reason !== 'doubted'),
  );
  const reach = reachedFrom(limits, series.ticker, calendar, now);
  const end = closed.endsAt.get(seriesKey(series)) ?? Number.POSITIVE_INFINITY;
  return union(normalize(said), [
    { from: Number.NEGATIVE_INFINITY, to: reach },
    { from: end, to: Number.POSITIVE_INFINITY },
  ]);
}
