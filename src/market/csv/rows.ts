import type { Calendar } from '../../core/calendar/calendar.ts';
import { startOfDay, utcDayOf } from '../../core/day.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import { longBars } from '../../core/long-bars.ts';
import { clockOf, instantsOf } from './clock.ts';
import type { MarketRow } from '../market.ts';
import type { BarFile } from './files.ts';
import { intervalOf } from './interval.ts';
import type { RowsOfFile } from './join-files.ts';
import { assertNamedAlike } from './named-alike.ts';
import { malformed, readZip } from './records.ts';
import { assertRegularHours } from './regular-hours.ts';
import { sessionDates } from './session-dates.ts';
import { assertNotShifted } from './shifted-dates.ts';
import type { SharedTables } from './shared-tables.ts';
import { readTable, type StampedRow, type Table } from './table.ts';
import type { ToldAction } from './told-actions.ts';

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

/** The final rows of a file with a header, ascending, and how many are not. Throws `usage` for what is malformed or not what it is named after. */
export function readFileRows(
  file: Exclude<BarFile, { kind: 'lean-minutes' }>,
  context: SeriesContext,
): RowsOfFile & { readonly notFinal: number } {
  const { rows: all, siblings = all, zone } = tableOf(file, context);
  const rows = all.filter(({ isFinal }) => isFinal !== false);
  const notFinal = all.length - rows.length;
  const clock = clockOf(zone ?? context.zone, context.calendar);
  const read = rowsOfStamps(file.path, rows, clock, context, siblings);
  if (read.interval === '1d') return { ...read, notFinal };
  assertRegularHours(file.path, rows, clock, read.interval, context.calendar);
  const starts = context.stamps === 'start' ? read.rows : startedBefore(read.rows, read.interval);
  const dates = starts.map(({ ts }) => context.calendar.localDay(ts));
  assertNotShifted(file.path, dates, starts, context.calendar);
  return { ...read, rows: starts, notFinal };
}

/** Rows that are stamped with the ends of their bars, with their starts. */
function startedBefore(rows: readonly MarketRow[], interval: Interval): MarketRow[] {
  return rows.map((row) => ({ ...row, ts: row.ts - intervalMs(interval) }));
}

/**
 * Rows with their stamps as the start of their bars; those without an offset are of the clock of `zone`. Where they are too
 * few to show their interval, `siblings` of the same file do. Throws `usage` where it is none that is stored.
 */
export function rowsOfStamps(
  path: string,
  stamped: readonly StampedRow[],
  zone: string,
  { calendar }: SeriesContext,
  siblings: readonly StampedRow[] = stamped,
): RowsOfFile {
  const instants = instantsOf(
    stamped.map(({ stamp }) => stamp),
    zone,
  );
  const interval = intervalOf(stamped, zone, calendar) ?? intervalOf(siblings, zone, calendar);
  if (interval === undefined)
    throw malformed(path, null, 'its rows are on no interval of 1m, 5m, 15m, 1h or 1d');
  const starts = interval === '1d' ? dailyStarts(path, stamped, instants, calendar) : instants;
  const told: ToldAction[] = [];
  const rows = stamped.map(({ stamp: _stamp, told: ofRow = [], ...values }, i) => {
    const ts = starts[i] ?? 0;
    const exDay = interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts);
    for (const one of ofRow) told.push({ ...one, path, exDay });
    return { ts, ...values };
  });
  return { path, interval, rows: rows.toSorted((a, b) => a.ts - b.ts), told };
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

function tableOf(file: { kind: string; path: string }, { ticker, shared }: SeriesContext): Table {
  const { kind, path } = file;
  if (kind === 'shared-table')
    return shared.in(path).tables.get(ticker) ?? { rows: [], names: null, areTickers: false, zone: null };
  const table = kind === 'zipped-table' ? readTable(path, readZip(path).text) : readTable(path);
  assertNamedAlike(path, table, ticker);
  return table;
}
