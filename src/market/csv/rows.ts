import { inForm } from '../../core/bars/columns.ts';
import { basename } from 'node:path';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { longBars } from '../../core/checks/long-bars.ts';
import { clockOf, instantsInOrder } from './clock.ts';
import { ascending, type FileBars } from './file-bars.ts';
import type { BarFile } from './files.ts';
import { intervalOf, statedInterval } from './interval.ts';
import type { RowsOfFile } from './join-files.ts';
import { assertNamedAlike } from './named-alike.ts';
import { malformed, malformedRow, readZip } from './records.ts';
import { assertRegularHours } from './regular-hours.ts';
import { sessionDates } from './session-dates.ts';
import { assertNotShifted } from './shifted-dates.ts';
import type { SharedTables } from './shared-tables.ts';
import { haveOffsets, keepRows, type StampedRows } from './stamped-rows.ts';
import type { Dialect, Table } from './table.ts';
import { areMidnights } from './stamps.ts';
import type { ToldAction } from './told-actions.ts';
import { withUndated } from './undated.ts';

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
  const { siblings = table.rows } = table;
  return [...byInterval(table.rows)].map(([stated, rows]) => {
    const alike = siblings === table.rows ? rows : (byInterval(siblings).get(stated) ?? rows);
    return rowsOfInterval(file.path, { ...table, rows, siblings: alike }, stated, context);
  });
}

/** Rows by the interval that they say they are of; undefined where they say none that is stored. */
function byInterval(rows: StampedRows): Map<Interval | undefined, StampedRows> {
  const { stated } = rows;
  const said = new Set(stated?.codes);
  const intervals = (stated?.names ?? []).map(statedInterval);
  const distinct = new Set([...said].map((code) => intervals[code]));
  const [only] = distinct;
  if (distinct.size < 2) return new Map([[only, rows]]);
  const ofInterval = (one: Interval | undefined): StampedRows =>
    keepRows(rows, (i) => intervals[stated?.codes[i] ?? -1] === one);
  return new Map([...distinct].map((one) => [one, ofInterval(one)]));
}

function rowsOfInterval(
  path: string,
  { rows: all, siblings = all, zone, dialect }: Table,
  stated: Interval | undefined,
  context: SeriesContext,
): FileRows {
  const rows = all.asides.size === 0 ? all : keepRows(all, (i) => all.asides.get(i)?.isFinal !== false);
  const notFinal = all.bars.length - rows.bars.length;
  const clock = clockOf(zone ?? context.zone, context.calendar);
  const read = rowsOfStamps(path, rows, clock, context, { siblings, stated });
  const notes = notesOf(path, rows, context.ticker);
  const hasOffsets = haveOffsets(rows);
  const saidBy = zone !== null ? 'header' : context.zone !== null ? 'user' : 'default';
  const by = hasOffsets ? 'offset' : saidBy;
  const what = { notFinal, notes, clock: { zone: hasOffsets ? 'UTC' : clock, by }, dialect } as const;
  if (read.interval === '1d') return { ...read, ...what };
  assertRegularHours(path, rows, clock, read.interval, context.calendar);
  const isEnds = context.stamps === 'end';
  const starts = isEnds ? startedBefore(read.rows, read.interval) : read.rows;
  const cutAt = read.mayBeCut !== null && isEnds ? read.mayBeCut - intervalMs(read.interval) : read.mayBeCut;
  const dates = Array.from(starts.bars.ts, (ts) => context.calendar.localDay(ts));
  assertNotShifted(path, dates, starts.bars, context.calendar);
  return { ...read, ...what, rows: starts, mayBeCut: cutAt };
}

/** Refuses rows of which none has its prices; a line about those that have none, and about those that cannot be read. Throws `usage`. */
function notesOf(path: string, { bars, asides }: StampedRows, ticker: string): string[] {
  if (bars.length === 0) return [`${basename(path)}: has a header and no row`];
  const said = [...asides.values()];
  const faults = said.flatMap(({ fault }) => fault ?? []);
  const lacks = said.flatMap(({ lacks: one }) => one ?? []);
  const [first] = lacks;
  if (first !== undefined && lacks.length + faults.length === bars.length)
    throw malformedRow(path, `${first}, and no other row of ${ticker} has all prices: nothing to read`);
  const note = (some: readonly string[], are: string): string[] => {
    if (some[0] === undefined) return [];
    const count = some.length === 1 ? `1 row of ${ticker}` : `${some.length} rows of ${ticker}, the first`;
    return [`${basename(path)}: ${count} ${are}: ${some[0]}`];
  };
  const cut = said.some(({ mayBeCut }) => mayBeCut === true) ? [`${basename(path)}: ${CUT_END}`] : [];
  return [...note(faults, 'not read'), ...note(lacks, 'without all prices'), ...cut];
}

const CUT_END =
  'its last row may be cut, for no line end follows it: not final until the file changes; end the line if it is whole';

/** Rows that are stamped with the ends of their bars, with their starts. */
function startedBefore({ bars, faults }: FileBars, interval: Interval): FileBars {
  return { bars: inForm({ ...bars, ts: bars.ts.map((end) => end - intervalMs(interval)) }), faults };
}

/**
 * Rows with their stamps as the start of their bars; those without an offset are of the clock of `zone`. Where they are too
 * few to show their interval, and do not state it, `siblings` of the same file do. Throws `usage` where it is none that is
 * stored.
 */
export function rowsOfStamps(
  path: string,
  all: StampedRows,
  zone: string,
  { calendar }: SeriesContext,
  { siblings = all, stated }: { siblings?: StampedRows; stated?: Interval | undefined } = {},
): RowsOfFile {
  const stamped = all.asides.size === 0 ? all : keepRows(all, (i) => all.asides.get(i)?.isUndated !== true);
  const { bars } = stamped;
  const shown = intervalOf(stamped, zone, calendar) ?? intervalOf(siblings, zone, calendar);
  const interval = stated ?? shown;
  if (interval === undefined)
    throw malformed(path, null, 'its rows are on no interval of 1m, 5m, 15m, 1h or 1d');
  const isDated = shown === '1d' && bars.length > 1 && areMidnights(bars.ts);
  if (shown !== undefined && (intervalMs(shown) < intervalMs(interval) || (isDated && interval !== '1d')))
    throw malformed(path, null, `its column of the interval says ${interval}, but its rows are of ${shown}`);
  const dated =
    interval === '1d' ? dailyStarts(path, stamped, zone, calendar) : instantsInOrder(stamped, zone);
  // Where no row has a date there is no place for the others.
  const isWhole = stamped === all || bars.length === 0;
  const { rows, starts } = isWhole
    ? { rows: stamped, starts: dated }
    : withUndated(all, dated, interval, calendar);
  const exDay = (ts: number): number => (interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts));
  const faults = new Map<number, string>();
  const told: ToldAction[] = [];
  let mayBeCut: number | null = null;
  for (const [i, aside] of rows.asides) {
    if (aside.mayBeCut === true) mayBeCut = starts[i] as number;
    if (aside.fault !== undefined) faults.set(i, `${basename(path)}, ${aside.fault}`);
    if (aside.isUndated === true) continue;
    for (const one of aside.told ?? []) told.push({ ...one, path, exDay: exDay(starts[i] as number) });
  }
  return { path, interval, rows: ascending({ bars: { ...rows.bars, ts: starts }, faults }), told, mayBeCut };
}

function dailyStarts(path: string, stamped: StampedRows, zone: string, calendar: Calendar): Float64Array {
  const days = sessionDates(path, stamped, zone, calendar);
  const apart = longBars(days, calendar);
  if (apart !== undefined) {
    const what = `bars of ${apart} are not stored, give daily ones`;
    throw malformed(path, null, `its rows are ${apart} apart: ${what}`);
  }
  assertNotShifted(path, days, stamped.bars, calendar);
  return Float64Array.from(days, startOfDay);
}

/** What a file holds of a ticker; undefined for a file without its rows. */
function tableOf(file: { kind: string; path: string }, { ticker, shared }: SeriesContext): Table | undefined {
  const { kind, path } = file;
  if (kind === 'shared-table') return shared.in(path).tableOf(ticker);
  const table = kind === 'zipped-table' ? shared.read(path, readZip(path)) : shared.read(path);
  assertNamedAlike(path, table, ticker);
  return table;
}
