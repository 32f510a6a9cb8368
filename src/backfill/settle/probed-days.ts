import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { keep } from '../../core/bars/columns.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { BackfillError } from '../../core/errors.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import type { Compared } from '../../core/plan/plan.ts';
import { spanEnd } from '../../core/plan/request-days.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { contains, intersect, subtract } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Scan } from '../../store/scan.ts';
import type { BarStore } from '../../store/store.ts';

/** Sessions of a series that are compared: that the provider corrected one of them is nothing to stumble over. */
const PROBED_SESSIONS = 4;

/** Further apart than this many days they would make a long request. */
const WIDEST_DAYS = 30;

/** A series of which the last sessions are looked for. */
export interface LookedAt extends Pick<WantedSeries, 'series' | 'calendar' | 'range'> {
  /** In these days only, ascending and disjoint. Default: in the whole range. */
  readonly days?: readonly DayRange[];
}

/** Who is going to be asked, and when. */
interface DaysTools {
  readonly store: Pick<BarStore, 'readBars'>;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly now: number;
}

/** The last final sessions of series that have bars of the provider's, and that it reaches; of those that have any. */
export function ownDays(
  some: readonly LookedAt[],
  scan: Pick<Scan, 'series'>,
  tools: DaysTools,
): Promise<Compared[]> {
  return lastDays(some, scan, tools, tools.capabilities.id);
}

/** The same, whoever gave the bars. */
export function storedDays(
  some: readonly LookedAt[],
  scan: Pick<Scan, 'series'>,
  tools: DaysTools,
): Promise<Compared[]> {
  return lastDays(some, scan, tools, undefined);
}

async function lastDays(
  some: readonly LookedAt[],
  scan: Pick<Scan, 'series'>,
  { store, capabilities: { intervals }, now }: DaysTools,
  vendor: string | undefined,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { series, calendar, range, days = [range] } of some) {
    const limits = intervals[series.interval];
    const coverage = scan.series.get(seriesKey(series))?.coverage;
    if (limits === undefined || coverage === undefined) continue;
    const final = subtract(coverage.present, coverage.provisional);
    const from = Math.max(range.from, reachedFrom(limits, series.ticker, calendar, now));
    const reached = intersect(intersect(final, [{ from, to: range.to }]), days);
    const to = reached.at(-1)?.to;
    if (to === undefined) continue;
    const sessionOf = sessionDateOf(series.interval, calendar);
    const sessions = await sessionsOf(vendor, series, { from: to - WIDEST_DAYS, to }, sessionOf, store);
    const isNear = (day: Day): boolean => contains(reached, day) && to <= spanEnd(day, limits);
    const last = sessions.filter(isNear).slice(-PROBED_SESSIONS);
    const [first, end] = [last[0], last.at(-1)];
    if (first !== undefined && end !== undefined)
      compared.push({ series, calendar, days: { from: first, to: end + 1 } });
  }
  return compared;
}

/** Session dates of the stored bars that come from a provider (undefined: from any), ascending; none where the file is damaged. */
async function sessionsOf(
  vendor: string | undefined,
  series: Series,
  days: DayRange,
  sessionOf: (ts: number) => number,
  store: Pick<BarStore, 'readBars'>,
): Promise<number[]> {
  try {
    const bars = await store.readBars(series, days);
    const { ts } = vendor === undefined ? bars : keep(bars, givenBy(bars, vendor));
    return [...new Set(Array.from(ts, sessionOf))];
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return [];
    throw error;
  }
}
