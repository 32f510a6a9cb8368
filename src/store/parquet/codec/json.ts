import { type Day, type DayRange, formatDay, parseDay } from '../../../core/session/day.ts';

/** JSON that another hand may have written. What is not of the expected shape throws; the caller takes it for nothing. */
export type Json = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw malformed(value);
  return value as Json;
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(value);
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw malformed(value);
  return value;
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : text(value);
}

/** A day that was written as an ISO date. */
export function dayOrNull(value: unknown): Day | null {
  return value === null ? null : parseDay(text(value));
}

/** An ISO instant as ms since the epoch. */
export function instant(value: unknown): number {
  const ms = Date.parse(text(value));
  if (Number.isNaN(ms)) throw malformed(value);
  return ms;
}

/** A range that `pairOf` wrote: `[from, to)` as two ISO dates. */
export function rangeOf(value: unknown): DayRange {
  const [from, to] = list(value);
  return { from: parseDay(text(from)), to: parseDay(text(to)) };
}

export function pairOf(range: DayRange): [string, string] {
  return [formatDay(range.from), formatDay(range.to)];
}

export function malformed(value: unknown): Error {
  return new Error(`malformed knowledge: ${String(value)}`);
}
