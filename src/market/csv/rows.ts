import { basename } from 'node:path';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/day.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import { longBars } from '../../core/long-bars.ts';
import { clockOf, instantsOf } from './clock.ts';
import type { MarketRow } from '../market.ts';
import type { BarFile } from './files.ts';
import { intervalOf, statedInterval } from './interval.ts';
import type { RowsOfFile } from './join-files.ts';
import { assertNamedAlike } from './named-alike.ts';
import { malformed, malformedRow, readZip } from './records.ts';
import { assertRegularHours } from './regular-hours.ts';
import { sessionDates } from './session-dates.ts';
import { assertNotShifted } from './shifted-dates.ts';
import type { SharedTables } from './shared-tables.ts';
import type { StampedRow } from './row-reader.ts';
import type { Dialect, Table } from './table.ts';
import { isMidnight } from './stamps.ts';
import type { ToldAction } from './told-actions.ts';
import { placedRows } from './undated.ts';

/** What intraday stamps are: the start of their bars, as here, or the end. */
export type StampOf = 'start' | 'end';

/** What the rows of a ticker's files are read with. */
export interface SeriesContext {
  readonly ticker: string;
  readonly calendar: Calendar;
  /** The clock of stamps without an offset, as the user names it: an IANA zone, `UTC`, `exchange`; null: not named. */
  readonly zone: string | null;
  /** What intraday stamps are of their bars. */
  readonly stamps: StampOf;
  readonly shared: SharedTables;
}

/** The clock by which stamps were read, an IANA zone, and who says so: their offsets, the header, the user, or nobody. */
export interface ClockUsed {
  readonly zone: string;
  readonly by: 'offset' | 'header' | 'user' | 'default';
}

/** What a file holds of a ticker at one interval, and what of it is left out. */
export interface FileRows extends RowsOfFile {
  /** Rows that are not final. */
  readonly notFinal: number;
  /** A line for each kind of rows that have no bar. */
  readonly notes: readonly string[];
  readonly clock: ClockUsed;
  readonly dialect: Dialect;
}

/** The final rows of a file, ascending, by the intervals that they say they are of. Throws `usage` for what is malformed or not what it is named after. */
export function readFileRows(
  file: Exclude<BarFile, { kind: 'lean-minutes' }>,
  context: SeriesContext,
): FileRows[] {
  const table = tableOf(file, context);
  if (table === undefined) return [];
  const siblings = byInterval(table.siblings ?? table.rows);
  return [...byInterval(table.rows)].map(([stated, rows]) =>
    rowsOfInterval(file.path, { ...table, rows, siblings: siblings.get(stated) ?? rows }, stated, context),
  );
}

/** Rows by the interval that they say they are of; undefined where they say none that is stored. */
function byInterval(rows: readonly StampedRow[]): Map<Interval | undefined, readonly StampedRow[]> {
  const stated = new Set(rows.map(({ interval }) => interval));
  const words = [...stated].map((word) => [word, statedInterval(word ?? '')] as const);
  const intervals = new Map(words);
  const distinct = new Set(intervals.values());
  const [only] = distinct;
  if (distinct.size < 2) return new Map([[only, rows]]);
  return new Map(
    [...distinct].map((one) => [one, rows.filter(({ interval }) => intervals.get(interval) === one)]),
  );
}

function rowsOfInterval(
  path: string,
  { rows: all, siblings = all, zone, dialect }: Table,
  stated: Interval | undefined,
  context: SeriesContext,
): FileRows {
  const rows = all.filter(({ isFinal }) => isFinal !== false);
  const notFinal = all.length - rows.length;
  const clock = clockOf(zone ?? context.zone, context.calendar);
  const read = rowsOfStamps(path, rows, clock, context, { siblings, stated });
  const notes = notesOf(path, rows, context.ticker);
  const hasOffsets = rows.every(({ stamp }) => stamp.offset !== null);
  const saidBy = zone !== null ? 'header' : context.zone !== null ? 'user' : 'default';
  const by = hasOffsets ? 'offset' : saidBy;
  const what = { notFinal, notes, clock: { zone: hasOffsets ? 'UTC' : clock, by }, dialect } as const;
  if (read.interval === '1d') return { ...read, ...what };
  assertRegularHours(path, rows, clock, read.interval, context.calendar);
  const starts = context.stamps === 'start' ? read.rows : startedBefore(read.rows, read.interval);
  const dates = starts.map(({ ts }) => context.calendar.localDay(ts));
  assertNotShifted(path, dates, starts, context.calendar);
  return { ...read, ...what, rows: starts };
}

/** Refuses rows of which none has its prices; a line about those that have none, and about those that cannot be read. Throws `usage`. */
function notesOf(path: string, rows: readonly StampedRow[], ticker: string): string[] {
  const odd = rows.filter(({ fault, lacks: one }) => fault !== undefined || one !== undefined);
  const faults = odd.flatMap(({ fault }) => fault ?? []);
  const lacks = odd.flatMap(({ lacks: one }) => one ?? []);
  const [first] = lacks;
  if (first !== undefined && lacks.length + faults.length === rows.length)
    throw malformedRow(path, `${first}, and no other row of ${ticker} has all prices: nothing to read`);
  const note = (some: readonly string[], are: string): string[] => {
    if (some[0] === undefined) return [];
    const count = some.length === 1 ? `1 row of ${ticker}` : `${some.length} rows of ${ticker}, the first`;
    return [`${basename(path)}: ${count} ${are}: ${some[0]}`];
  };
  return [...note(faults, 'not read'), ...note(lacks, 'without all prices')];
}

/** Rows that are stamped with the ends of their bars, with their starts. */
function startedBefore(rows: readonly MarketRow[], interval: Interval): MarketRow[] {
  return rows.map((row) => ({ ...row, ts: row.ts - intervalMs(interval) }));
}

/**
 * Rows with their stamps as the start of their bars; those without an offset are of the clock of `zone`. Where they are too
 * few to show their interval, and do not state it, `siblings` of the same file do. Throws `usage` where it is none that is
 * stored.
 */
export function rowsOfStamps(
  path: string,
  all: readonly StampedRow[],
  zone: string,
  { calendar }: SeriesContext,
  { siblings = all, stated }: { siblings?: readonly StampedRow[]; stated?: Interval | undefined } = {},
): RowsOfFile {
  const stamped = all.some(({ isUndated }) => isUndated) ? all.filter(({ isUndated }) => !isUndated) : all;
  const instants = instantsOf(
    stamped.map(({ stamp }) => stamp),
    zone,
  );
  const shown = intervalOf(stamped, zone, calendar) ?? intervalOf(siblings, zone, calendar);
  const interval = stated ?? shown;
  if (interval === undefined)
    throw malformed(path, null, 'its rows are on no interval of 1m, 5m, 15m, 1h or 1d');
  const isDated = shown === '1d' && stamped.length > 1 && stamped.every(({ stamp }) => isMidnight(stamp));
  if (shown !== undefined && (intervalMs(shown) < intervalMs(interval) || (isDated && interval !== '1d')))
    throw malformed(path, null, `its column of the interval says ${interval}, but its rows are of ${shown}`);
  const starts = interval === '1d' ? dailyStarts(path, stamped, instants, calendar) : instants;
  const told: ToldAction[] = [];
  const dated = stamped.map((row, i) => {
    const ts = starts[i] ?? 0;
    if (row.told !== undefined) {
      const exDay = interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts);
      for (const one of row.told) told.push({ ...one, path, exDay });
    }
    return barOf(ts, row, path);
  });
  const rows =
    stamped === all
      ? dated
      : [...dated, ...placedRows(all, dated, interval, calendar).map(({ ts, row }) => barOf(ts, row, path))];
  return { path, interval, rows: rows.toSorted((a, b) => a.ts - b.ts), told };
}

function barOf(ts: number, row: StampedRow, path: string): MarketRow {
  const { open, high, low, close, volume, vwap, trades, fault } = row;
  const bar = { ts, open, high, low, close, volume, vwap, trades };
  return fault === undefined ? bar : { ...bar, fault: `${basename(path)}, ${fault}` };
}

function dailyStarts(
  path: string,
  stamped: readonly StampedRow[],
  instants: readonly number[],
  calendar: Calendar,
): number[] {
  const days = sessionDates(path, stamped, instants, calendar);
  const apart = longBars(days, calendar);
  if (apart !== undefined) {
    const what = `bars of ${apart} are not stored, give daily ones`;
    throw malformed(path, null, `its rows are ${apart} apart: ${what}`);
  }
  assertNotShifted(path, days, stamped, calendar);
  return days.map(startOfDay);
}

/** What a file holds of a ticker; undefined for a file without its rows. */
function tableOf(file: { kind: string; path: string }, { ticker, shared }: SeriesContext): Table | undefined {
  const { kind, path } = file;
  if (kind === 'shared-table') return shared.in(path).tables.get(ticker);
  const table = kind === 'zipped-table' ? shared.read(path, readZip(path)) : shared.read(path);
  assertNamedAlike(path, table, ticker);
  return table;
}
