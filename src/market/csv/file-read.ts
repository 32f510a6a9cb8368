import { type DayRange, startOfDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { isBar } from './file-bars.ts';
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
  const { ts } = rows.bars;
  const stamps = ts.filter((_, i) => isBar(rows, i));
  return {
    path,
    interval,
    bars: stamps.length,
    refused: ts.length - stamps.length + (table?.notFinal ?? 0),
    first: stamps[0] ?? null,
    last: stamps.at(-1) ?? null,
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
