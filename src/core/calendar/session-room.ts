import type { Session } from './calendar.ts';

/** When a session's last bar but for the print of a closing call has ended (ms since the epoch): thin shares have no print. */
export function tradingEnd({ close, closingCall }: Session): number {
  return closingCall ?? close;
}

/** Bars of a length in ms that a session has room for: those of its trading, and one for the print of a closing call. */
export function roomOf(session: Session, lengthMs: number): number {
  const whole = barsUpTo(session.close, session, lengthMs);
  if (session.closingCall === null) return whole;
  return Math.min(whole, barsUpTo(session.closingCall, session, lengthMs) + 1);
}

function barsUpTo(end: number, { open, lunch }: Session, lengthMs: number): number {
  if (lunch === null) return Math.ceil((end - open) / lengthMs);
  return Math.ceil((lunch.start - open) / lengthMs) + Math.ceil((end - lunch.end) / lengthMs);
}
