import { type DayRange, startOfDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { RowCounts } from './file-bars.ts';
import type { RowsOfFile } from './join-files.ts';
import type { LeanScale } from './lean-scale.ts';
import type { ClockUsed, FileRows } from './rows.ts';
import type { Dialect } from './table.ts';

/** What was read of a file, or of a folder with a file a day. */
export interface FileRead extends RowCounts {
  readonly path: string;
  readonly interval: Interval;
  /** Set where its rows are not kept in memory, but read again when they are asked for. */
  readonly isLong?: true;
  /** How its table was understood and the clock of its stamps, null of dates alone; null for files of Lean. */
  readonly table: { readonly dialect: Dialect; readonly clock: ClockUsed | null } | null;
  /** Set where its prices are divided, being multiplied by that: of shares, in files of Lean. */
  readonly pricesOver?: number;
  /** What its prices are in, as it says; null where it does not. */
  readonly currency: string | null;
  /** Set where none of its bars is read, as they are on no grid of a session's. */
  readonly isLeft?: true;
  /** What of it is left out, a line each. */
  readonly notes: readonly string[];
}

/** What was read of a file; `table`: where it is one with columns. */
export function fileRead(file: RowsOfFile, table?: FileRows): FileRead {
  const { path, interval, counts, isLong, currency } = file;
  return {
    path,
    interval,
    ...counts,
    refused: counts.refused + (table?.notFinal.rows ?? 0),
    ...(isLong === true && { isLong }),
    currency: currency?.word ?? null,
    table: table === undefined ? null : { dialect: table.dialect, clock: table.clock },
    notes: table?.notes ?? [],
  };
}

/** What is known of a folder with a file a day before they are read. */
export function folderRead(
  path: string,
  { interval, days }: { readonly interval: Interval; readonly days: DayRange },
  scale: LeanScale,
): FileRead {
  const [first, last] = [startOfDay(days.from), startOfDay(days.to - 1)];
  const read = { bars: null, refused: 0, first, last, currency: null, table: null, notes: [] };
  return { path, interval, ...read, ...pricesOver(scale) };
}

const OFF_GRID = "its bars start on the clock hour, off the grid of a session's";
export const READ_AS_DAILY = `${OFF_GRID}: they are read as the 1d that they add up to`;
export const NONE_READ = `${OFF_GRID}: none of them is read`;

/** What was read of a file of Lean; `note`: what of it is not read as it is, null where all is. */
export function leanRead(file: RowsOfFile, scale: LeanScale, note: string | null): FileRead {
  const isLeft = note === NONE_READ;
  const read = { ...fileRead(file), ...pricesOver(scale), ...(isLeft && { isLeft }) };
  return note === null ? read : { ...read, notes: [note] };
}

function pricesOver({ priceFactor }: LeanScale): Pick<FileRead, 'pricesOver'> {
  return priceFactor === 10_000 ? { pricesOver: priceFactor } : {};
}
