import { type DayRange, startOfDay } from '../../core/day.ts';
import type { Interval } from '../../core/interval.ts';
import type { MarketRow } from '../market.ts';
import type { RowsOfFile } from './join-files.ts';
import type { ClockUsed, FileRows } from './rows.ts';
import type { Dialect } from './table.ts';

/** What was read of a file, or of a folder with a file a day. */
export interface FileRead {
  readonly path: string;
  readonly interval: Interval;
  /** Rows with a bar; null: the files are only read when they are asked for. */
  readonly bars: number | null;
  /** Rows that cannot be read, have no price, or are not final. */
  readonly refused: number;
  /** Start of the first and last bar, ms since the epoch; null where there is none. */
  readonly first: number | null;
  readonly last: number | null;
  /** How its table was understood and the clock of its stamps; null for files of Lean. */
  readonly table: { readonly dialect: Dialect; readonly clock: ClockUsed } | null;
  /** What of it is left out, a line each. */
  readonly notes: readonly string[];
}

/** What was read of a file; `table`: where it is one with columns. */
export function fileRead({ path, interval, rows }: RowsOfFile, table?: FileRows): FileRead {
  const bars = rows.filter(isBar);
  return {
    path,
    interval,
    bars: bars.length,
    refused: rows.length - bars.length + (table?.notFinal ?? 0),
    first: bars[0]?.ts ?? null,
    last: bars.at(-1)?.ts ?? null,
    table: table === undefined ? null : { dialect: table.dialect, clock: table.clock },
    notes: table?.notes ?? [],
  };
}

/** What is known of a folder with a file a day before they are read. */
export function folderRead(
  path: string,
  { interval, days }: { readonly interval: Interval; readonly days: DayRange },
): FileRead {
  const [first, last] = [startOfDay(days.from), startOfDay(days.to - 1)];
  return { path, interval, bars: null, refused: 0, first, last, table: null, notes: [] };
}

function isBar({ open, high, low, close, fault }: MarketRow): boolean {
  return fault === undefined && open !== null && high !== null && low !== null && close !== null;
}
