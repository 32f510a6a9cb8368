import fc from 'fast-check';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import { normalize } from '../../../src/core/session/ranges.ts';

/** AAPL of New York, planned on 2025-06-01 for the first quarter of that year. */
export const calendar = calendarById('XNYS');
export const series = { ticker: 'AAPL', interval: '1d' } as const;
export const now = Date.parse('2025-06-01T00:00:00Z');
export const range = dates('2025-01-02', '2025-04-01');
export const span = range.to - range.from;
/** Runs of some days, within the range and up to nine days after it. */
export const someDays = fc
  .array(fc.tuple(fc.nat(span), fc.nat(9)), { maxLength: 8 })
  .map((parts) => normalize(parts.map(([at, n]) => ({ from: range.from + at, to: range.from + at + n }))));

/** `[first, afterLast)` of two ISO dates. */
export function dates(first: string, afterLast: string): DayRange {
  return { from: parseDay(first), to: parseDay(afterLast) };
}
