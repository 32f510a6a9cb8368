import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type Coverage, NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { type Day, type DayRange, parseDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { type Adjustment, ADJUSTMENTS, isAdjustment } from '../core/adjust/factors.ts';
import { periodRange, sessionDateOf } from '../core/bars/partition.ts';
import { intersect } from '../core/session/ranges.ts';
import type { Scan, SeriesState } from '../store/scan.ts';
import { dayRange } from './forget.ts';
import type { AdjustOptions, ReadOptions } from './read-options.ts';

/** What is read of one series. */
export interface Reading {
  readonly series: Series;
  readonly state: SeriesState;
  /** What is known of the ticker's daily series, whose closes may stand in for an intraday one's. */
  readonly daily: Coverage;
  readonly calendar: Calendar;
  readonly sessionOf: (ts: number) => Day;
  readonly mode: Adjustment;
  /** Days that may have bars. */
  readonly days: DayRange;
  /** Inclusive. */
  readonly asOf: Day;
}

/** Throws `usage` and `invalid-date`. */
export function parseAdjust({ adjust = 'none', asOf }: AdjustOptions): {
  mode: Adjustment;
  asOf: Day | undefined;
} {
  if (!isAdjustment(adjust))
    throw new BackfillError(
      'usage',
      `there is no adjustment "${String(adjust)}"; there are ${ADJUSTMENTS.join(', ')}`,
    );
  return { mode: adjust, asOf: asOf === undefined ? undefined : parseDay(asOf) };
}

/** What a read is of; undefined if there is nothing to read. */
export function readingOf(scan: Scan, series: Series, options: ReadOptions): Reading | undefined {
  const { mode, asOf } = parseAdjust(options);
  const state = scan.series.get(seriesKey(series));
  const last = state?.coverage.present.at(-1);
  if (state === undefined || last === undefined) return undefined;
  const until = asOf ?? last.to - 1;
  const wanted = dayRange(options) ?? periodRange('all');
  const range = { from: wanted.from, to: Math.min(wanted.to, until + 1) };
  const [first, ...more] = intersect(state.coverage.present, [range]);
  if (first === undefined) return undefined;
  const calendar = calendarById(state.calendar);
  return {
    series,
    state,
    daily: scan.series.get(seriesKey({ ...series, interval: '1d' }))?.coverage ?? NOTHING_KNOWN,
    calendar,
    sessionOf: sessionDateOf(series.interval, calendar),
    mode,
    days: { from: first.from, to: more.at(-1)?.to ?? first.to },
    asOf: until,
  };
}
