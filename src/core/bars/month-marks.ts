import type { Bars } from './columns.ts';
import { markOf } from './fingerprint.ts';

/**
 * Of each month the mark of its first bar (see `markOf`), by which series are found that may have the same bars, however far
 * either reaches. Months are those of the stamps in UTC.
 */
export interface MonthMarks {
  /** The first month, counted from January 1970 as 0. */
  readonly from: number;
  /** Four characters a month in a row, `....` for one without a bar. */
  readonly of: string;
}

const CHARS = 4;
const NO_BAR = '.'.repeat(CHARS);

/**
 * The marks of bars; undefined for none. Behind the bars of `before`, of which the last has the stamp `lastTs`, they are those
 * of both: what `before` has of a later month is not heeded.
 */
export function monthMarksOf(
  { length, ts, close, volume }: Bars,
  before?: { readonly marks: MonthMarks | undefined; readonly lastTs: number },
): MonthMarks | undefined {
  const lastMonth = before === undefined ? Number.NEGATIVE_INFINITY : monthOf(before.lastTs);
  let from = before?.marks?.from;
  const parts: string[] = [];
  if (before?.marks !== undefined) {
    const { of } = before.marks;
    const months = Math.min(of.length / CHARS, lastMonth - before.marks.from + 1);
    if (months > 0) parts.push(of.slice(0, months * CHARS));
    else from = undefined;
  }
  let next = from === undefined ? 0 : from + (parts[0] ?? '').length / CHARS;
  let end = lastMonth === Number.NEGATIVE_INFINITY ? lastMonth : startOfMonth(lastMonth + 1);
  for (let i = 0; i < length; i++) {
    const at = ts[i] as number;
    if (at < end) continue;
    const month = monthOf(at);
    end = startOfMonth(month + 1);
    if (from === undefined) from = next = month;
    parts.push(NO_BAR.repeat(month - next), textOf(markOf(at, close[i] as number, volume[i] as number)));
    next = month + 1;
  }
  return from === undefined ? undefined : { from, of: parts.join('') };
}

/** The marks of all months that have a bar, of the oldest first. */
export function marksIn({ of }: MonthMarks): number[] {
  const marks: number[] = [];
  for (let i = 0; i < of.length; i += CHARS)
    if (of[i] !== '.') marks.push(Buffer.from(of.slice(i, i + CHARS), 'base64url').readUIntBE(0, 3));
  return marks;
}

/** Whether two series have the same mark in some month. */
export function shareMark(a: MonthMarks, b: MonthMarks): boolean {
  const first = Math.max(a.from, b.from);
  const end = Math.min(a.from + a.of.length / CHARS, b.from + b.of.length / CHARS);
  for (let month = first; month < end; month++) {
    const mark = a.of.slice((month - a.from) * CHARS, (month - a.from + 1) * CHARS);
    if (mark !== NO_BAR && b.of.startsWith(mark, (month - b.from) * CHARS)) return true;
  }
  return false;
}

/** Whether a text can be that of marks. */
export function areMonthMarks(of: string): boolean {
  return /^(?:[\w-]{4}|\.{4})+$/.test(of);
}

function textOf(mark: number): string {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(mark, 0, 3);
  return bytes.toString('base64url');
}

function monthOf(ts: number): number {
  const date = new Date(ts);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  return Date.UTC(1970, month);
}
