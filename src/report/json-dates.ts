import type { Rename } from '../core/instrument/rename.ts';
import { type Day, formatDay } from '../core/session/day.ts';

/** Fields of an instant, in ms since the epoch within the program. */
const INSTANT = /^(at|now|since|ts|until)$|At$/;

/**
 * For `JSON.stringify`: how dates of documents are written, in all of them. An instant (`startedAt`, `ts`) is ISO in UTC; days
 * in a row, `[from, to)` within the program, are `YYYY-MM-DD`, both ends inclusive, null where there is no bound.
 */
export function withDates(name: string, value: unknown): unknown {
  if (typeof value === 'number') return INSTANT.test(name) ? whenText(name, value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const { from, to } = value as { readonly from?: unknown; readonly to?: unknown };
  if (typeof from === 'number' && typeof to === 'number')
    return { ...value, from: dayText(from), to: dayText(to - 1) };
  return isRename(value) ? { ...value, start: renameDay(value.start), end: renameDay(value.end, 1) } : value;
}

/** A rename: its days lie between names, and null is no bound. */
function isRename(value: object): value is Pick<Rename, 'start' | 'end'> {
  const { from, to, start, end } = value as Readonly<Record<string, unknown>>;
  const isDay = (day: unknown): boolean => day === null || typeof day === 'number';
  return typeof from === 'string' && typeof to === 'string' && isDay(start) && isDay(end);
}

function renameDay(day: Day | null, less = 0): string | null {
  return day === null ? null : dayText(day - less);
}

/** Null where there is no bound. */
function dayText(day: Day): string | null {
  return Number.isFinite(day) ? formatDay(day) : null;
}

/** Of what a provider declares `since` is a day: no day comes that far, and no instant lies so near to 1970. */
const DAYS_BELOW = 10_000_000;

/** A stamp of a rejected row may be any number: one that no calendar has stays one. */
const FARTHEST_MS = 8.64e15;

function whenText(name: string, when: number): string | number | null {
  if (name === 'since' && when < DAYS_BELOW) return dayText(when);
  if (!Number.isFinite(when)) return null;
  return Math.abs(when) > FARTHEST_MS ? when : new Date(when).toISOString();
}
