import type { QuotaOpening } from '../core/plan/quota-time.ts';
import { type Day, MS_PER_DAY, formatDay } from '../core/session/day.ts';
import { formatDuration } from './table.ts';

const MINUTE_MS = 60_000;

/** `at 14:00 (in 23m 10s)`, `at 01:00 tomorrow (in 12h)`, `at 01:00 on 2026-12-03 (in 5 days 2h)`, by this machine's clock. */
export function opensText({ at, inMs }: QuotaOpening): string {
  // Not a minute too early.
  const then = new Date(Math.ceil(at / MINUTE_MS) * MINUTE_MS);
  const days = localDay(then) - localDay(new Date(at - inMs));
  const day = days === 0 ? '' : days === 1 ? ' tomorrow' : ` on ${formatDay(localDay(then))}`;
  return `at ${then.toTimeString().slice(0, 5)}${day} (in ${formatDuration(inMs)})`;
}

function localDay(date: Date): Day {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / MS_PER_DAY;
}
