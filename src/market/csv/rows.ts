import { inForm } from '../../core/bars/columns.ts';
import { basename } from 'node:path';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { fewLongBars, longBars, longBarsBefore } from '../../core/checks/long-bars.ts';
import { quoted } from '../../core/quoted.ts';
import { clockOf } from './clock.ts';
import { assertVolumeOf, unreadVolumeNotes } from './column-units.ts';
import { instantsInOrder } from './clock-changes.ts';
import { ascending, countsOf, type FileBars } from './file-bars.ts';
import { footerNotes, titleNotes } from './footer.ts';
import { NotFinal } from './not-final.ts';
import type { BarFile } from './files.ts';
import { intervalOf, statedInterval } from './interval.ts';
import { IntradayRows } from './intraday-rows.ts';
import type { RowsOfFile } from './join-files.ts';
import { inMemory } from './rows-in-time.ts';
import { LOCAL, type UnknownClock } from './named-clock.ts';
import { notesOf, RowsSaid } from './rows-said.ts';
import { assertNamedAlike } from './named-alike.ts';
import { assertOtherDates, assertOtherDatesOfStarts } from './other-dates.ts';
import { malformed, malformedRow, readZip } from './records.ts';
import { sessionDates } from './session-dates.ts';
import { assertNotShifted } from './shifted-dates.ts';
import type { SharedTables } from './shared-tables.ts';
import { haveOffsets, keepRows, type StampedRows } from './stamped-rows.ts';
import type { Dialect, Table } from './table.ts';
import type { StampsSaid } from './stamped-ends.ts';
import { areMidnights, writtenDay } from './stamps.ts';
import { assertNotSwapped } from './swapped-dates.ts';
import type { ToldAction } from './told-actions.ts';
import { withUndated } from './undated.ts';

/** What the rows of a ticker's files are read with. */
export interface SeriesContext {
  readonly ticker: string;
  readonly calendar: Calendar;
  /** The clock of stamps without an offset, as the user names it: an IANA zone, `UTC`, `exchange`; null: not named. */
  readonly zone: string | null;
  readonly stamps: StampsSaid;
  readonly shared: SharedTables;
  /** Whether its files are so long that they are read a stretch at a time, as far as they can be. */
  readonly isLong: boolean;
}

/** The clock by which stamps were read, an IANA zone, and who says so: their offsets, the header, the user, or nobody. */
export interface ClockUsed {
  readonly zone: string;
  readonly by: 'offset' | 'header' | 'user' | 'default';
}

/** What a file holds of a ticker at one interval, and what of it is left out. */
export interface FileRows extends RowsOfFile {
  readonly notFinal: NotFinal;
  /** A line for each kind of rows that have no bar. */
  readonly notes: readonly string[];
  /** Null of daily rows that are dates alone. */
  readonly clock: ClockUsed | null;
  readonly dialect: Dialect;
}

/**
 * The final rows of a file, ascending, by the intervals that they say they are of. Throws `usage` for what is malformed or
 * not what it is named after.
 */
export function readFileRows(
  file: Exclude<BarFile, { kind: 'lean-minutes' }>,
  context: SeriesContext,
): FileRows[] {
  const table = tableOf(file, context);
  if (table === undefined) return [];
  assertUnderstood(file.path, finalOf(table.rows));
  assertVolumeOf(file.path, table.volumeIn, context);
  const { siblings = table.rows } = table;
  return [...byInterval(table.rows)].map(([stated, rows], i) => {
    const { footer, title } = i === 0 ? table : { footer: null, title: undefined };
    const alike = siblings === table.rows ? rows : (byInterval(siblings).get(stated) ?? rows);
    return rowsOfInterval(file.path, { ...table, footer, title, rows, siblings: alike }, stated, context);
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
  { rows: all, footer, title, siblings = all, zone, unknownClock, dialect }: Table,
  stated: Interval | undefined,
  context: SeriesContext,
): FileRows {
  const rows = finalOf(all);
  const notFinal = new NotFinal();
  notFinal.add(all);
  const clock = clockOf(zone ?? context.zone, context.calendar);
  const interval = intervalOfRows(path, rows, clock, context.calendar, { siblings, stated });
  const placed = placedRows(path, rows, clock, interval, context);
  if (interval === '1d' && stated === undefined && siblings === all) assertDays(path, placed.rows, context);
  const onDates = areDates(rows, placed, interval);
  if (!onDates) assertClock(path, unknownClock, haveOffsets(rows), context);
  const said = new RowsSaid(context.ticker);
  said.add(rows);
  const notes = [
    ...notesOf(path, said, context.ticker),
    ...titleNotes(path, title),
    ...footerNotes(path, footer),
    ...unreadVolumeNotes(path, dialect.mayBeVolume),
  ];
  const currency = said.currencies.only(path);
  const what = {
    notFinal,
    notes,
    clock: onDates ? null : clockUsed(haveOffsets(rows), clock, zone, context),
    dialect,
    currency,
  };
  if (interval !== '1d') {
    const dated = datedOf(rows);
    assertNotSwapped(path, Array.from(dated.bars.ts, writtenDay), dated, context.calendar);
    const intraday = intradayRows(interval, clock, context);
    intraday.add(rows, placed.rows);
    intraday.assertOwn(path);
  }
  return { ...heldInFile(path, interval, placed), ...what };
}

/** Whether daily rows are stamped with their session dates alone, which no clock moves. */
function areDates(rows: StampedRows, { rows: { bars } }: PlacedRows, interval: Interval): boolean {
  const written = datedOf(rows).bars.ts;
  const placed = new Set(bars.ts);
  return interval === '1d' && written.every((ts) => placed.has(ts));
}

/** Refuses times of a clock that a file names by a word which is not understood, unless the user tells it. Throws `usage`. */
export function assertClock(
  path: string,
  unknown: UnknownClock | null,
  hasOffsets: boolean,
  { zone, calendar }: Pick<SeriesContext, 'zone' | 'calendar'>,
): void {
  if (unknown === null || hasOffsets || zone !== null) return;
  const { column, word } = unknown;
  if (word === LOCAL && calendar.kind === 'exchange') return;
  const what = `its column ${quoted(column)} says that its times are of the clock ${quoted(word)}, which is not understood`;
  throw malformed(path, null, `${what}: say which with --csv-zone (UTC, America/New_York)`);
}

/** Rows without those that are not final. */
export function finalOf(all: StampedRows): StampedRows {
  return all.asides.size === 0 ? all : keepRows(all, (i) => all.asides.get(i)?.isFinal !== false);
}

export function clockUsed(
  hasOffsets: boolean,
  clock: string,
  ofHeader: string | null,
  { zone }: Pick<SeriesContext, 'zone'>,
): ClockUsed {
  if (hasOffsets) return { zone: 'UTC', by: 'offset' };
  return { zone: clock, by: ofHeader !== null ? 'header' : zone !== null ? 'user' : 'default' };
}

/** Refuses rows that say something for which no file is read. Throws `usage` with the line. */
export function assertUnderstood(path: string, { asides }: StampedRows): void {
  for (const { refused } of asides.values()) if (refused !== undefined) throw malformedRow(path, refused);
}

/** Rows with the starts of their bars, and what they tell by the way. */
export interface PlacedRows extends Pick<RowsOfFile, 'told' | 'mayBeCut'> {
  readonly rows: FileBars;
}

/** Rows of a file that stay in memory, and that do not say what their prices are in. */
export function heldInFile(path: string, interval: Interval, { rows, ...told }: PlacedRows): RowsOfFile {
  return { path, interval, rows: inMemory(rows), counts: countsOf(rows), ...told, currency: null };
}

/**
 * The interval of rows; those without an offset are of the clock of `zone`. Where they are too few to show it, and do not
 * state it, `siblings` of the same file do. Throws `usage` where it is none that is stored.
 */
export function intervalOfRows(
  path: string,
  all: StampedRows,
  zone: string,
  calendar: Calendar,
  { siblings = all, stated }: { siblings?: StampedRows; stated?: Interval | undefined } = {},
): Interval {
  const stamped = datedOf(all);
  const shown = intervalOf(stamped, zone, calendar) ?? intervalOf(siblings, zone, calendar);
  const interval = stated ?? shown;
  if (interval === undefined)
    throw malformed(path, null, 'its rows are on no interval of 1m, 5m, 15m, 1h or 1d');
  const isDated = shown === '1d' && stamped.bars.length > 1 && areMidnights(stamped.bars.ts);
  if (shown !== undefined && (intervalMs(shown) < intervalMs(interval) || (isDated && interval !== '1d')))
    throw malformed(path, null, `its column of the interval says ${interval}, but its rows are of ${shown}`);
  return interval;
}

/** Rows whose stamps can be read. */
export function datedOf(all: StampedRows): StampedRows {
  return all.asides.size === 0 ? all : keepRows(all, (i) => all.asides.get(i)?.isUndated !== true);
}

/**
 * Rows of a file, or a stretch of one, with the starts of their bars, ascending. `zone`: the clock of stamps without an
 * offset. Throws `usage` where daily ones are on no sessions, and where a change of clocks leaves a time untold.
 */
export function placedRows(
  path: string,
  all: StampedRows,
  zone: string,
  interval: Interval,
  { calendar, stamps }: Pick<SeriesContext, 'calendar' | 'stamps'>,
): PlacedRows {
  const isDaily = interval === '1d';
  const stamped = datedOf(all);
  const late = lateMs(interval, { stamps });
  const dated = isDaily
    ? dailyStarts(path, stamped, zone, calendar)
    : instantsInOrder(path, stamped, { zone, calendar, interval }).map((ts) => ts - late);
  if (!isDaily) assertOtherDatesOfStarts(path, stamped, dated, { calendar, interval });
  // Where no row has a date there is no place for the others.
  const isWhole = stamped === all || stamped.bars.length === 0;
  const { rows, starts } = isWhole
    ? { rows: stamped, starts: dated }
    : withUndated(all, dated, interval, calendar);
  const exDay = (ts: number): number => (isDaily ? utcDayOf(ts) : calendar.localDay(ts));
  const faults = new Map<number, string>();
  const told: ToldAction[] = [];
  let mayBeCut: number | null = null;
  for (const [i, aside] of rows.asides) {
    if (aside.mayBeCut === true) mayBeCut = starts[i] as number;
    if (aside.fault !== undefined) faults.set(i, `${basename(path)}, ${aside.fault}`);
    if (aside.isUndated === true) continue;
    for (const one of aside.told ?? []) told.push({ ...one, path, exDay: exDay(starts[i] as number) });
  }
  return {
    rows: ascending({ bars: inForm({ ...rows.bars, ts: starts }), faults, lines: rows.lines }),
    told,
    mayBeCut,
  };
}

/** Looks at intraday rows that are read by the clock of a zone. */
export function intradayRows(interval: Interval, clock: string, context: SeriesContext): IntradayRows {
  const { calendar, stamps } = context;
  return new IntradayRows({ interval, calendar, clock, stamps, lateMs: lateMs(interval, context) });
}

/** How far stamps are behind the starts of their bars. */
function lateMs(interval: Interval, { stamps }: Pick<SeriesContext, 'stamps'>): number {
  return stamps === 'end' && interval !== '1d' ? intervalMs(interval) : 0;
}

function dailyStarts(path: string, stamped: StampedRows, zone: string, calendar: Calendar): Float64Array {
  const days = sessionDates(path, stamped, zone, calendar);
  assertOtherDates(path, stamped, days, calendar);
  const apart = longBars(days, calendar) ?? longBarsBefore(days, calendar);
  if (apart !== undefined) {
    const what = `bars of ${apart} are not stored, give daily ones`;
    throw malformed(path, null, `its rows are ${apart} apart: ${what}`);
  }
  assertNotSwapped(path, days, stamped, calendar);
  assertNotShifted(path, days, stamped.bars, calendar);
  return Float64Array.from(days, startOfDay);
}

/** Refuses the few daily rows of a file that are as far apart as weeks or months, and do not say that they are days. */
function assertDays(path: string, { bars }: FileBars, { calendar }: SeriesContext): void {
  const apart = fewLongBars(Array.from(bars.ts, utcDayOf), calendar);
  if (apart === undefined) return;
  const wayOut = 'if they are days, say so in a column interval (1d)';
  throw malformed(
    path,
    null,
    `its ${bars.length} rows are ${apart} apart, and bars of ${apart} are not stored: ${wayOut}`,
  );
}

/** What a file holds of a ticker; undefined for a file without its rows. */
function tableOf(file: { kind: string; path: string }, { ticker, shared }: SeriesContext): Table | undefined {
  const { kind, path } = file;
  if (kind === 'shared-table') return shared.in(path).tableOf(ticker);
  const table = kind === 'zipped-table' ? shared.read(path, readZip(path)) : shared.read(path);
  assertNamedAlike(path, table, ticker);
  return table;
}
