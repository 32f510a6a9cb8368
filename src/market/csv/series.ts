import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, MS_PER_DAY, startOfDay } from '../../core/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/interval.ts';
import { sessionDateOf } from '../../core/partition.ts';
import type { MarketRow } from '../market.ts';
import { barStart, isTradingTime } from '../session-grid.ts';
import { rowsBetween } from '../sorted-rows.ts';
import { LEAN_EQUITY, LEAN_UNSCALED, type LeanScale, readLeanMinutes, readLeanTable } from './lean.ts';
import { dailyOfHours } from './daily-of-hours.ts';
import { readColumns, type StampedRow } from './columns.ts';
import type { BarFile } from './files.ts';
import { malformed } from './records.ts';

/** Rows of a range, and how many more lay outside the regular sessions or off their grid. */
export interface SeriesRows {
  readonly rows: readonly MarketRow[];
  readonly dropped: number;
}

/** The bars of one ticker and interval. */
export interface CsvSeries {
  readonly interval: Interval;
  /** From the first session with a row to the last one, `[from, to)`. */
  readonly days: DayRange;
  /** Rows whose session date lies in `[from, to)`, ascending. */
  read(range: DayRange): SeriesRows;
}

const NOTHING: SeriesRows = { rows: [], dropped: 0 };

/**
 * The series that the files of one ticker hold. Hour bars of Lean's shares start on the clock hour, on another grid than a
 * session's: they give no `1h` but, where there is no daily file, the daily bars that they add up to.
 */
export function readSeries(files: readonly BarFile[], calendar: Calendar): CsvSeries[] {
  const scale = calendar.id === '24-7' || calendar.id === '24-5-FX' ? LEAN_UNSCALED : LEAN_EQUITY;
  const series: CsvSeries[] = [];
  const ofHours: MarketRow[][] = [];
  const minuteFiles: { path: string; day: Day }[] = [];
  for (const file of files) {
    if (file.kind === 'lean-minutes') {
      minuteFiles.push(file);
      continue;
    }
    const isLean = file.kind === 'lean-table';
    const stamped = isLean ? readLeanTable(file.path, scale) : readColumns(file.path);
    const interval = intervalOf(file.path, stamped, calendar);
    const rows = sortedRows(stamped, interval, calendar);
    const isOffGrid = isLean && scale === LEAN_EQUITY && interval !== '1d';
    if (!isOffGrid) series.push(...tableOf(rows, interval, calendar));
    else if (interval === '1h') ofHours.push(rows);
  }
  if (!series.some(({ interval }) => interval === '1d')) {
    series.push(...ofHours.flatMap((rows) => tableOf(dailyOfHours(rows, calendar), '1d', calendar)));
  }
  if (minuteFiles.length > 0) series.push(minutesOf(minuteFiles, calendar, scale));
  return series;
}

function sortedRows(stamped: readonly StampedRow[], interval: Interval, calendar: Calendar): MarketRow[] {
  return stamped
    .map(({ stamp, ...values }) => ({
      ts: interval === '1d' ? startOfDay(stamp.date ?? calendar.localDay(stamp.instant)) : stamp.instant,
      ...values,
    }))
    .toSorted((a, b) => a.ts - b.ts);
}

/** All rows of a file, ascending, in memory, as a series; none for a file without rows. */
function tableOf(all: readonly MarketRow[], interval: Interval, calendar: Calendar): CsvSeries[] {
  const dayOf = sessionDateOf(interval, calendar);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return [];
  const read = (range: DayRange): SeriesRows => {
    if (interval === '1d') {
      return { rows: rowsBetween(all, startOfDay(range.from), startOfDay(range.to)), dropped: 0 };
    }
    // A zone's day is at most 14 hours away from the UTC day of its date.
    const near = rowsBetween(all, startOfDay(range.from - 1), startOfDay(range.to + 1));
    const within = near.filter(({ ts }) => range.from <= dayOf(ts) && dayOf(ts) < range.to);
    return onGrid(within, interval, calendar);
  };
  return [{ interval, days: { from: dayOf(first.ts), to: dayOf(last.ts) + 1 }, read }];
}

/** One file a day, read when it is asked for. */
function minutesOf(
  files: readonly { readonly path: string; readonly day: Day }[],
  calendar: Calendar,
  scale: LeanScale,
): CsvSeries {
  const sorted = files.toSorted((a, b) => a.day - b.day);
  return {
    interval: '1m',
    days: { from: sorted[0]?.day ?? 0, to: (sorted.at(-1)?.day ?? -1) + 1 },
    read: (range) =>
      sorted
        .filter(({ day }) => range.from <= day && day < range.to)
        .map(({ path, day }) => onGrid(readLeanMinutes(path, day, scale), '1m', calendar))
        .reduce(joined, NOTHING),
  };
}

/** Two parts as one; the rows stay in order if the parts are. */
export function joined(a: SeriesRows, b: SeriesRows): SeriesRows {
  return { rows: [...a.rows, ...b.rows], dropped: a.dropped + b.dropped };
}

/** Rows that start within a session on its grid. */
function onGrid(rows: readonly MarketRow[], interval: Interval, calendar: Calendar): SeriesRows {
  const sessions = new Map<Day, Session | null>();
  const kept = rows.filter(({ ts }) => {
    const day = calendar.localDay(ts);
    let session = sessions.get(day);
    if (session === undefined) {
      sessions.set(day, (session = calendar.isSession(day) ? calendar.session(day) : null));
    }
    return (
      session !== null && isTradingTime(session, ts) && barStart(session, ts, intervalMs(interval)) === ts
    );
  });
  return { rows: kept, dropped: rows.length - kept.length };
}

/**
 * Daily where stamps have no time of day, or where no two rows share a date and there is more than one; otherwise the
 * shortest distance between two rows. Throws `usage` where that is no known interval.
 */
function intervalOf(path: string, rows: readonly StampedRow[], calendar: Calendar): Interval {
  const stamps = rows.map(({ stamp }) => stamp).toSorted((a, b) => a.instant - b.instant);
  if (stamps.every(({ isMidnight }) => isMidnight)) return '1d';
  let shortest = Number.POSITIVE_INFINITY;
  let sharesDate = false;
  for (const [i, stamp] of stamps.entries()) {
    const before = stamps[i - 1];
    if (before === undefined || before.instant === stamp.instant) continue;
    shortest = Math.min(shortest, stamp.instant - before.instant);
    const dateOf = ({ date, instant }: typeof stamp): Day => date ?? calendar.localDay(instant);
    sharesDate ||= dateOf(before) === dateOf(stamp);
  }
  if (!sharesDate && shortest < Number.POSITIVE_INFINITY) return '1d';
  const interval = INTERVALS.find((candidate) => intervalMs(candidate) === shortest && shortest < MS_PER_DAY);
  if (interval === undefined)
    throw malformed(path, null, 'its rows are on no interval of 1m, 5m, 15m, 1h or 1d');
  return interval;
}
