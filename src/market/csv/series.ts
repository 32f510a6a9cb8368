import { dirname } from 'node:path';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, startOfDay } from '../../core/day.ts';
import { typeOf, untoldVolume } from '../../core/instrument-type.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import type { Oddity } from '../../core/oddities.ts';
import { sessionDateOf } from '../../core/partition.ts';
import type { MarketRow } from '../market.ts';
import { isTradingTime, mayStartBar } from '../session-grid.ts';
import { rowsBetween } from '../sorted-rows.ts';
import { dailyOfHours } from './daily-of-hours.ts';
import { endStamps } from './end-stamps.ts';
import { fileRead, type FileRead, folderRead } from './file-read.ts';
import type { BarFile } from './files.ts';
import { joinFiles, type RowsOfFile } from './join-files.ts';
import { LEAN_EQUITY, LEAN_UNSCALED, type LeanScale, readLeanMinutes, readLeanTable } from './lean.ts';
import { readFileRows, rowsOfStamps, type SeriesContext } from './rows.ts';
import type { ToldAction } from './told-actions.ts';

/** Rows of a range, and how many more were left out. */
export interface SeriesRows {
  readonly rows: readonly MarketRow[];
  /** Rows outside the regular sessions, or off their grid. */
  readonly dropped: number;
  /** Those of them within a session, but off its grid. */
  readonly offGrid: number;
  /** What is odd about their stamps. */
  readonly oddities: readonly Oddity[];
}

/** The bars of one ticker and interval. */
export interface CsvSeries {
  readonly interval: Interval;
  /** From the first session with a row to the last one, `[from, to)`. */
  readonly days: DayRange;
  /** Rows whose session date lies in `[from, to)`, ascending. */
  read(range: DayRange): SeriesRows;
}

/** What the files of a ticker hold. */
export interface FilesRead {
  readonly series: readonly CsvSeries[];
  /** Splits and dividends that they tell of beside the bars. */
  readonly told: readonly ToldAction[];
  /** Files with rows that are left out, not being final, and how many those are. */
  readonly notFinal: readonly { readonly path: string; readonly rows: number }[];
  /** A line for each kind of rows of a file that have no bar. */
  readonly notes: readonly string[];
  /** What was read of each file and interval. */
  readonly files: readonly FileRead[];
}

export const NOTHING: SeriesRows = { rows: [], dropped: 0, offGrid: 0, oddities: [] };

/**
 * The series that the files of one ticker hold. Hour bars of Lean's shares start on the clock hour, on another grid than a
 * session's: they give no `1h` but, where there is no daily file, the daily bars that they add up to. Throws `usage` for a
 * malformed file, and for two files that contradict each other.
 */
export function readSeries(files: readonly BarFile[], context: SeriesContext): FilesRead {
  const { calendar } = context;
  const scale = calendar.id === '24-7' || calendar.id === '24-5-FX' ? LEAN_UNSCALED : LEAN_EQUITY;
  const tables: RowsOfFile[] = [];
  const ofHours: MarketRow[][] = [];
  const notFinal: { path: string; rows: number }[] = [];
  const notes: string[] = [];
  const filesRead: FileRead[] = [];
  const minuteFiles: { path: string; day: Day }[] = [];
  for (const file of files) {
    if (file.kind === 'lean-minutes') minuteFiles.push(file);
    else if (file.kind === 'lean-table') {
      const read = rowsOfStamps(file.path, readLeanTable(file.path, scale), scale.zone, context);
      const isOffGrid = scale === LEAN_EQUITY && read.interval !== '1d';
      if (!isOffGrid) tables.push(read);
      else if (read.interval === '1h') ofHours.push([...read.rows]);
      filesRead.push(fileRead(read));
    } else {
      for (const read of readFileRows(file, context)) {
        tables.push(read);
        filesRead.push(fileRead(read, read));
        for (const note of read.notes) notes.push(note);
        if (read.notFinal > 0) notFinal.push({ path: file.path, rows: read.notFinal });
      }
    }
  }
  const series = joinFiles(tables, context.ticker).flatMap(({ rows, interval }) =>
    tableOf(withVolume(rows, context.ticker), interval, calendar),
  );
  if (!series.some(({ interval }) => interval === '1d')) {
    for (const rows of ofHours)
      for (const one of tableOf(dailyOfHours(rows, calendar), '1d', calendar)) series.push(one);
  }
  if (minuteFiles.length > 0) {
    const minutes = minutesOf(minuteFiles, calendar, scale);
    series.push(minutes);
    filesRead.push(folderRead(dirname(minuteFiles[0]?.path ?? ''), minutes));
  }
  return { series, told: tables.flatMap(({ told }) => told), notFinal, notes, files: filesRead };
}

/** Rows with prices whose volume is not told: none is traded of indices and by currencies, of others it is unknown. */
function withVolume(rows: readonly MarketRow[], ticker: string): readonly MarketRow[] {
  const volume = untoldVolume(typeOf(ticker, null));
  const lacksIt = (row: MarketRow): boolean =>
    row.volume === null && row.open !== null && row.high !== null && row.low !== null && row.close !== null;
  return rows.some(lacksIt) ? rows.map((row) => (lacksIt(row) ? { ...row, volume } : row)) : rows;
}

/** All rows of a series, ascending, in memory; none for a file without rows. */
function tableOf(all: readonly MarketRow[], interval: Interval, calendar: Calendar): CsvSeries[] {
  const dayOf = sessionDateOf(interval, calendar);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return [];
  const read = (range: DayRange): SeriesRows => {
    if (interval === '1d') {
      return { ...NOTHING, rows: rowsBetween(all, startOfDay(range.from), startOfDay(range.to)) };
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
  return {
    rows: [...a.rows, ...b.rows],
    dropped: a.dropped + b.dropped,
    offGrid: a.offGrid + b.offGrid,
    oddities: [...a.oddities, ...b.oddities],
  };
}

/** Rows that start where a session may have a bar. */
function onGrid(rows: readonly MarketRow[], interval: Interval, calendar: Calendar): SeriesRows {
  const sessions = new Map<Day, Session | null>();
  let offGrid = 0;
  const kept = rows.filter(({ ts }) => {
    const day = calendar.localDay(ts);
    let session = sessions.get(day);
    if (session === undefined) {
      sessions.set(day, (session = calendar.isSession(day) ? calendar.session(day) : null));
    }
    // What a guess has closed may have been open.
    if (session === null) return calendar.advisory;
    const isOnGrid = mayStartBar(session, ts, intervalMs(interval));
    if (!isOnGrid && isTradingTime(session, ts)) offGrid++;
    return isOnGrid;
  });
  const oddities = endStamps(rows, interval, calendar);
  return { rows: kept, dropped: rows.length - kept.length, offGrid, oddities };
}
