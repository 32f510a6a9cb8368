import { dirname } from 'node:path';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { type Bars, keep, NO_BARS, inForm } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { type Day, type DayRange, startOfDay } from '../../core/session/day.ts';
import { typeOf, untoldVolume } from '../../core/instrument/instrument-type.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { MarketRow } from '../market.ts';
import { isTradingTime, mayStartBar } from '../../core/bars/session-grid.ts';
import { dailyOfHours } from './daily-of-hours.ts';
import { endStamps } from './end-stamps.ts';
import { type FileBars, isBar, marketRowAt } from './file-bars.ts';
import { fileRead, type FileRead, folderRead, leanRead, NONE_READ, READ_AS_DAILY } from './file-read.ts';
import type { BarFile } from './files.ts';
import type { NotFinal } from './not-final.ts';
import { type CurrencyOfFiles, currencyOfFiles, joinFiles, type RowsOfFile } from './join-files.ts';
import { type LevelStep, levelSteps } from './level-steps.ts';
import { LONGEST_CLOSURE, ownDays } from './days-of-range.ts';
import { readLeanMinutes, readLeanTable } from './lean.ts';
import { type LeanScale, leanScale } from './lean-scale.ts';
import { NotInStretches } from './long-text.ts';
import { readLongRows } from './long-rows.ts';
import { assertNoneRepeated } from './repeated-rows.ts';
import {
  type FileRows,
  heldInFile,
  intervalOfRows,
  placedRows,
  readFileRows,
  type SeriesContext,
} from './rows.ts';
import { allOf, type RowsInTime } from './rows-in-time.ts';
import type { ToldAction } from './told-actions.ts';
import { volumeStepNotes } from './volume-steps.ts';

/** Rows of a range, and how many more were left out. */
export interface SeriesRows {
  /** Ascending; two may have one stamp. A volume that is not told is NaN. */
  readonly bars: Bars;
  /** Rows that lack a price or cannot be read, ascending. */
  readonly unusable: readonly MarketRow[];
  /** Rows outside the regular sessions, or off their grid. */
  readonly dropped: number;
  /** Those of them within a session, but off its grid. */
  readonly offGrid: number;
  /** The session dates of those, one a row; and the dates of the others. */
  readonly offGridOn: readonly Day[];
  readonly straysOn: readonly Day[];
  /** What is odd about their stamps. */
  readonly oddities: readonly Oddity[];
  /** Session dates of rows that may have been cut. */
  readonly mayBeCut: readonly Day[];
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
  readonly notFinal: readonly { readonly path: string; readonly rows: NotFinal }[];
  /** A line for each kind of rows of a file that have no bar. */
  readonly notes: readonly string[];
  /** What was read of each file and interval. */
  readonly files: readonly FileRead[];
  /** What the prices of all of them are in; null where none says it. */
  readonly currency: CurrencyOfFiles | null;
  /** Where one of them goes on at another level than that at which the one before it ends. */
  readonly steps: readonly LevelStep[];
}

const NOTHING: SeriesRows = {
  bars: NO_BARS,
  unusable: [],
  dropped: 0,
  offGrid: 0,
  offGridOn: [],
  straysOn: [],
  oddities: [],
  mayBeCut: [],
};

/**
 * The series that the files of one ticker hold. Hour bars of Lean's shares start on the clock hour, on another grid than a
 * session's: they give no `1h` but, where there is no daily file, the daily bars that they add up to. Throws `usage` for a
 * malformed file, and for two files that contradict each other.
 */
export function readSeries(files: readonly BarFile[], context: SeriesContext): FilesRead {
  const { calendar } = context;
  const scaleOf = (path: string): LeanScale => leanScale(path, context.ticker, calendar);
  const tables: RowsOfFile[] = [];
  const ofHours: { readonly path: string; readonly rows: FileBars }[] = [];
  const notFinal: { path: string; rows: NotFinal }[] = [];
  const notes: string[] = [];
  const filesRead: FileRead[] = [];
  const minuteFiles: { path: string; day: Day }[] = [];
  for (const file of files) {
    if (file.kind === 'lean-minutes') minuteFiles.push(file);
    else if (file.kind === 'lean-table') {
      const scale = scaleOf(file.path);
      const read = leanTable(file.path, scale, context);
      const isOffGrid = calendar.kind === 'exchange' && read.interval !== '1d';
      if (!isOffGrid) tables.push(read);
      else if (read.interval === '1h') ofHours.push({ path: file.path, rows: allOf(read.rows) });
      filesRead.push(leanRead(read, scale, isOffGrid ? NONE_READ : null));
    } else {
      for (const read of rowsOfFile(file, context)) {
        tables.push(read);
        filesRead.push(fileRead(read, read));
        for (const note of read.notes) notes.push(note);
        if (read.notFinal.rows > 0) notFinal.push({ path: file.path, rows: read.notFinal });
      }
    }
  }
  const currency = currencyOfFiles(tables, context.ticker);
  const joinedFiles = joinFiles(tables, context.ticker);
  for (const { notes: ofFiles } of joinedFiles) for (const note of ofFiles) notes.push(note);
  for (const note of volumeStepNotes(tables)) notes.push(note);
  for (const { rows, interval } of joinedFiles) assertNoneRepeated(tables, rows, interval, context.ticker);
  const series = joinedFiles.flatMap(({ rows, interval, mayBeCut }) =>
    tableOf(rows, interval, context, mayBeCut),
  );
  if (!series.some(({ interval }) => interval === '1d')) {
    for (const { path, rows } of ofHours) {
      const { outside, ...made } = dailyOfHours(rows, calendar);
      const daily = heldInFile(path, '1d', { rows: made, told: [], mayBeCut: null });
      if (Number.isNaN(daily.rows.first)) continue;
      for (const one of tableOf(daily.rows, '1d', context)) series.push(withLeftOut(one, outside));
      const at = filesRead.findIndex((read) => read.path === path);
      filesRead[at] = leanRead(daily, scaleOf(path), READ_AS_DAILY);
    }
  }
  if (minuteFiles.length > 0) {
    const minutes = minutesOf(minuteFiles, calendar, scaleOf);
    series.push(minutes);
    const [{ path }] = minuteFiles as [BarFile];
    filesRead.push(folderRead(dirname(path), minutes, scaleOf(path)));
  }
  const told = tables.flatMap((table) => table.told);
  const steps = levelSteps(tables, calendar);
  return { series, told, notFinal, notes, files: filesRead, currency, steps };
}

/** Rows with prices whose volume is not told: none is traded of indices and by currencies, of others it is unknown. */
function withVolume(rows: FileBars, ticker: string): FileBars {
  const untold = untoldVolume(typeOf(ticker, null));
  const { bars, faults } = rows;
  const { open, high, low, close } = bars;
  const isPriced = (i: number): boolean =>
    [open, high, low, close].every((prices) => !Number.isNaN(prices[i]));
  if (Number.isNaN(untold) || !bars.volume.some(Number.isNaN)) return rows;
  const volume = bars.volume.map((units, i) => (Number.isNaN(units) && isPriced(i) ? untold : units));
  return { bars: inForm({ ...bars, volume }), faults };
}

/** What a file holds of a ticker; of one that is long and cannot be read in stretches, at once as that of others. */
function rowsOfFile(
  file: Exclude<BarFile, { kind: 'lean-minutes' }>,
  context: SeriesContext,
): readonly FileRows[] {
  if (file.kind !== 'table' || !context.isLong) return readFileRows(file, context);
  try {
    return [readLongRows(file.path, context)];
  } catch (error) {
    if (!(error instanceof NotInStretches)) throw error;
    return readFileRows(file, context);
  }
}

function leanTable(path: string, scale: LeanScale, context: SeriesContext): RowsOfFile {
  const rows = readLeanTable(path, scale);
  const interval = intervalOfRows(path, rows, scale.zone, context.calendar);
  const stampedByStart = { ...context, stamps: 'start' } as const;
  return heldInFile(path, interval, placedRows(path, rows, scale.zone, interval, stampedByStart));
}

/** The series of some rows; none where there are none. */
function tableOf(
  rows: RowsInTime,
  interval: Interval,
  { calendar, ticker }: SeriesContext,
  cutAt: readonly number[] = [],
): CsvSeries[] {
  const dayOf = sessionDateOf(interval, calendar);
  if (Number.isNaN(rows.first)) return [];
  const between = (from: Day, to: Day): HeldRows =>
    heldRows(withVolume(rows.between(startOfDay(from), startOfDay(to)), ticker));
  const cutDays = cutAt.map(dayOf);
  const read = (range: DayRange): SeriesRows => {
    const mayBeCut = cutDays.filter((day) => range.from <= day && day < range.to);
    if (interval === '1d') return { ...NOTHING, ...between(range.from, range.to), mayBeCut };
    // A zone's day is at most 14 hours away from the UTC day of its date.
    const near = between(calendar.previousSession(range.from), range.to + 1 + LONGEST_CLOSURE);
    const isOf = ownDays(range, dayOf(rows.last), calendar);
    return { ...onGrid(near, interval, calendar, isOf), mayBeCut };
  };
  return [{ interval, days: { from: dayOf(rows.first), to: dayOf(rows.last) + 1 }, read }];
}

/** A series of whose files rows of some days, one a row, are left out. */
function withLeftOut(series: CsvSeries, outside: readonly Day[]): CsvSeries {
  const read = (range: DayRange): SeriesRows => {
    const rows = series.read(range);
    const left = outside.filter((day) => range.from <= day && day < range.to);
    return { ...rows, dropped: rows.dropped + left.length };
  };
  return { ...series, read };
}

/** One file a day, read when it is asked for. */
function minutesOf(
  files: readonly { readonly path: string; readonly day: Day }[],
  calendar: Calendar,
  scaleOf: (path: string) => LeanScale,
): CsvSeries {
  const sorted = files.toSorted((a, b) => a.day - b.day);
  return {
    interval: '1m',
    days: { from: sorted[0]?.day ?? 0, to: (sorted.at(-1)?.day ?? -1) + 1 },
    read: (range) =>
      joined(
        sorted
          .filter(({ day }) => range.from <= day && day < range.to)
          .map(({ path, day }) =>
            onGrid(heldRows(readLeanMinutes(path, day, scaleOf(path))), '1m', calendar),
          ),
      ),
  };
}

/** Parts of a series as one; their rows stay in order if the parts are. */
export function joined(parts: readonly SeriesRows[]): SeriesRows {
  const sum = (of: (part: SeriesRows) => number): number => parts.reduce((all, part) => all + of(part), 0);
  return {
    bars: concatBars(parts.map(({ bars }) => bars)),
    unusable: parts.flatMap(({ unusable }) => unusable),
    dropped: sum(({ dropped }) => dropped),
    offGrid: sum(({ offGrid }) => offGrid),
    offGridOn: parts.flatMap(({ offGridOn }) => offGridOn),
    straysOn: parts.flatMap(({ straysOn }) => straysOn),
    oddities: parts.flatMap(({ oddities }) => oddities),
    mayBeCut: parts.flatMap(({ mayBeCut }) => mayBeCut),
  };
}

/** Bars, and rows that are none. */
type HeldRows = Pick<SeriesRows, 'bars' | 'unusable'>;

function heldRows(rows: FileBars): HeldRows {
  const unusable: MarketRow[] = [];
  const bars = keep(rows.bars, (i) => isBar(rows, i));
  for (let i = 0; unusable.length < rows.bars.length - bars.length; i++)
    if (!isBar(rows, i)) unusable.push(marketRowAt(rows, i));
  return { bars, unusable };
}

/** Rows that start where a session may have a bar; `isOf`: of what days. Default: of all. */
function onGrid(
  { bars, unusable }: HeldRows,
  interval: Interval,
  calendar: Calendar,
  isOf: (day: Day) => boolean = () => true,
): SeriesRows {
  const sessions = new Map<Day, Session | null>();
  const within: number[] = [];
  const offGridOn: Day[] = [];
  const straysOn: Day[] = [];
  const isOnGrid = (ts: number): boolean => {
    const day = calendar.localDay(ts);
    if (!isOf(day)) return false;
    within.push(ts);
    let session = sessions.get(day);
    if (session === undefined) {
      sessions.set(day, (session = calendar.isSession(day) ? calendar.session(day) : null));
    }
    // What a guess has closed may have been open.
    const may = session === null ? calendar.advisory : mayStartBar(session, ts, intervalMs(interval));
    if (!may) (session !== null && isTradingTime(session, ts) ? offGridOn : straysOn).push(day);
    return may;
  };
  const kept = {
    bars: keep(bars, (i) => isOnGrid(bars.ts[i] as number)),
    unusable: unusable.filter(({ ts }) => isOnGrid(ts)),
  };
  const offGrid = offGridOn.length;
  const left = { dropped: offGrid + straysOn.length, offGrid, offGridOn, straysOn };
  return { ...NOTHING, ...kept, ...left, oddities: endStamps(within, interval, calendar) };
}
