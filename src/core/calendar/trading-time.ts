import type { Day } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import type { Calendar, Session } from './calendar.ts';

/** The start of a bar and its session date. */
export interface BarTime {
  readonly ts: number;
  readonly day: Day;
}

/** Bars are near where an hour of trading, or two bars, begin and end between them. */
const NEAR_MS = 3_600_000;
const NEAR_BARS = 2;

/**
 * Whether an earlier bar and a later one start within an hour of trading of each other, or within two bars' lengths if
 * these are longer: of one session, or of two in a row. Lunch breaks and the time between two sessions do not count.
 */
export function isNearInTrading(
  from: BarTime,
  to: BarTime,
  { interval, calendar }: { readonly interval: Interval; readonly calendar: Calendar },
): boolean {
  const most = Math.max(NEAR_MS, NEAR_BARS * intervalMs(interval));
  if (to.ts - from.ts <= most) return true;
  if (!calendar.isSession(from.day) || !calendar.isSession(to.day)) return false;
  const session = calendar.session(to.day);
  if (from.day === to.day) return tradingMs(session, from.ts, to.ts) <= most;
  if (calendar.nextSession(from.day) !== to.day) return false;
  const before = calendar.session(from.day);
  return tradingMs(before, from.ts, before.close) + tradingMs(session, session.open, to.ts) <= most;
}

/** Trading time of a session in `[from, to)`, in ms; 0 where `to` is not later. */
function tradingMs({ lunch }: Session, from: number, to: number): number {
  const idle = lunch === null ? 0 : Math.min(to, lunch.end) - Math.max(from, lunch.start);
  return Math.max(0, to - from - Math.max(0, idle));
}
