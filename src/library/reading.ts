import { type Series, seriesKey } from '../core/bars/bars.ts';
import { type Calendar, hasActions } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type Coverage, NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { type Adjustment, ADJUSTMENTS, isAdjustment } from '../core/adjust/factors.ts';
import { periodRange, sessionDateOf } from '../core/bars/partition.ts';
import { intersect, subtract } from '../core/session/ranges.ts';
import type { Scan, SeriesState } from '../store/scan.ts';
import { dayRange } from './forget.ts';
import { type AsOf, parseAsOf } from './as-of.ts';
import type { ReadOptions } from './read-options.ts';

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
  /** Last ex-date that counts, inclusive. */
  readonly asOf: Day;
  /** Up to which ex-date all must be known, inclusive: there is no bar of a later day yet. */
  readonly knownThrough: Day;
  /** Bars that close later are not given, ms since the epoch. Default: all of the days are. */
  readonly closedBy?: number;
}

/** Throws `usage` and `invalid-date`. */
export function parseAdjust({ adjust = 'none', asOf }: Pick<ReadOptions, 'adjust' | 'asOf'>): {
  mode: Adjustment;
  asOf: AsOf | undefined;
} {
  if (!isAdjustment(adjust))
    throw new BackfillError(
      'usage',
      `there is no adjustment "${String(adjust)}"; there are ${ADJUSTMENTS.join(', ')}`,
    );
  return { mode: adjust, asOf: asOf === undefined ? undefined : parseAsOf(asOf) };
}

/** What a read is of; undefined if there is nothing to read. */
export function readingOf(scan: Scan, series: Series, options: ReadOptions): Reading | undefined {
  const { mode, asOf } = parseAdjust(options);
  const state = scan.series.get(seriesKey(series));
  if (state === undefined) return undefined;
  const calendar = calendarById(state.calendar);
  const present = presentIn(scan, state, calendar, mode);
  const last = present.at(-1);
  if (last === undefined) return undefined;
  const closedBy = asOf?.instant;
  const until = closedBy === undefined ? (asOf?.day ?? last.to - 1) : calendar.localDay(closedBy);
  const wanted = dayRange(options) ?? periodRange('all');
  const range = { from: wanted.from, to: Math.min(wanted.to, until + 1) };
  const [first, ...more] = intersect(present, [range]);
  if (first === undefined) return undefined;
  const days = { from: first.from, to: more.at(-1)?.to ?? first.to };
  return {
    series,
    state,
    daily: scan.series.get(seriesKey({ ...series, interval: '1d' }))?.coverage ?? NOTHING_KNOWN,
    calendar,
    sessionOf: sessionDateOf(series.interval, calendar),
    mode,
    days,
    asOf: until,
    knownThrough: closedBy === undefined ? until : lastNeeded(series, calendar, closedBy, days),
    ...(closedBy !== undefined && { closedBy }),
  };
}

/**
 * Sessions that have bars which can be had so. What was recorded live is not adjusted for what nobody has answered for yet: it is
 * left out then, and what is stored is read as it was.
 */
function presentIn(
  { actions }: Scan,
  { series, coverage, recorded = [] }: SeriesState,
  calendar: Calendar,
  mode: Adjustment,
): readonly DayRange[] {
  const { present } = coverage;
  if (mode === 'none' || recorded.length === 0 || !hasActions(calendar)) return present;
  const unanswered = subtract(recorded, actions.get(series.ticker) ?? []);
  // What went ex before the first session that is read changes nothing.
  const stored = subtract(present, recorded);
  return stored.length === 0 ? present : subtract(present, unanswered);
}

/** Last day of which an ex-date must be known at an instant: of the session that is open, where there may be bars of it. */
function lastNeeded({ interval }: Series, calendar: Calendar, instant: number, days: DayRange): Day {
  const closed = calendar.lastSettled(instant, 0);
  return interval === '1d' ? closed : Math.max(closed, days.to - 1);
}
