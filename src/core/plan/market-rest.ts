import type { Calendar } from '../calendar/calendar.ts';
import { smallest } from '../extremes.ts';
import type { Day, DayRange } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import { span, subtract } from '../session/ranges.ts';
import { requestsInBatches } from './batches.ts';
import { bytesOfSeries } from './bytes.ts';
import { sessionRuns } from './gaps.ts';
import { type RequestLimits, reachedFrom } from './limits.ts';
import { cutAtLookBack, windows } from './request-days.ts';

/** Series that lack the same. */
export interface Alike {
  readonly gaps: readonly DayRange[];
  readonly calendar: Calendar;
  /** One of them. */
  readonly ticker: string;
  /** Sessions of the gaps that a market answers for. */
  readonly sessions: readonly Day[];
  readonly count: number;
}

/** What is asked series by series, and when. */
export interface BySeries {
  readonly interval: Interval;
  readonly limits: RequestLimits;
  /** ms since the epoch. */
  readonly now: number;
}

/** Requests for what some days of markets leave, series by series, with their pages; and their bytes, where these are known. */
export function costOfRest(
  ofMarket: readonly DayRange[],
  alike: readonly Alike[],
  { interval, limits, now }: BySeries,
): { readonly requests: number; readonly bytes: number | undefined } {
  const spans = new Map<string, { range: DayRange; series: Map<Calendar, number>; of: Map<Alike, number> }>();
  for (const one of alike) {
    const rest = restOf(one.gaps, ofMarket, one.calendar);
    // What nobody reaches is asked of nobody.
    const earliest = reachedFrom(limits, one.ticker, one.calendar, now);
    const { reachable } = cutAtLookBack(rest, earliest, one.calendar);
    for (const window of windows(reachable, limits, one.calendar)) {
      const range = span(window) as DayRange;
      const key = `${range.from} ${range.to}`;
      const known = spans.get(key) ?? { range, series: new Map<Calendar, number>(), of: new Map() };
      known.series.set(one.calendar, (known.series.get(one.calendar) ?? 0) + one.count);
      known.of.set(one, (known.of.get(one) ?? 0) + one.count);
      spans.set(key, known);
    }
  }
  let cost = 0;
  let sum: number | undefined = 0;
  for (const { range, series, of } of spans.values()) {
    const requests = requestsInBatches(series, interval, range, limits);
    cost += requests;
    const together = Math.max(1, Math.min(limits.mostSeries ?? 1, smallest([...of.values()])));
    for (const [{ ticker, calendar }, count] of of) {
      const asked = { ticker, interval, calendar, range, together, now };
      const bytes = bytesOfSeries(asked, limits);
      sum = sum === undefined || bytes === undefined ? undefined : sum + count * bytes;
    }
    sum = sum === undefined ? undefined : sum + requests * (limits.bytes?.aRequest ?? 0);
  }
  return { requests: cost, bytes: sum };
}

/** The sessions of gaps that are not asked of a market, as runs. */
export function restOf(
  gaps: readonly DayRange[],
  ofMarket: readonly DayRange[],
  calendar: Calendar,
): readonly DayRange[] {
  if (ofMarket.length === 0) return gaps;
  return sessionRuns(subtract(gaps, ofMarket), calendar);
}
