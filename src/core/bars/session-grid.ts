import type { Ohlcv } from './bars.ts';
import type { Session } from '../calendar/calendar.ts';

const MINUTE_MS = 60_000;

/** Whether an instant (ms since the epoch) lies in a session's hours and outside its lunch break. */
export function isTradingTime({ open, close, lunch }: Session, instant: number): boolean {
  if (instant < open || instant >= close) return false;
  return lunch === null || instant < lunch.start || instant >= lunch.end;
}

/**
 * Whether a bar of `lengthMs` may start at an instant of a session's day: where its grid has one, or at any minute if the
 * hours are only advice.
 */
export function mayStartBar(session: Session, instant: number, lengthMs: number): boolean {
  if (!session.reliable) return instant % MINUTE_MS === 0;
  return isTradingTime(session, instant) && barStart(session, instant, lengthMs) === instant;
}

/** Starts of a session's minutes of trading (ms since the epoch). */
export function tradingMinutes(session: Session): number[] {
  const minutes: number[] = [];
  for (let ts = session.open; ts < session.close; ts += MINUTE_MS) {
    if (isTradingTime(session, ts)) minutes.push(ts);
  }
  return minutes;
}

/**
 * Start of the bar of `lengthMs` that holds an instant of trading. The grid begins at the session's open, and again
 * at the end of its lunch break.
 */
export function barStart({ open, lunch }: Session, instant: number, lengthMs: number): number {
  const origin = lunch !== null && instant >= lunch.end ? lunch.end : open;
  return origin + Math.floor((instant - origin) / lengthMs) * lengthMs;
}

/** End (exclusive) of the bar that starts at `start`: cut short by the lunch break and the close. */
export function barEnd({ close, lunch }: Session, start: number, lengthMs: number): number {
  const stop = lunch !== null && start < lunch.start ? lunch.start : close;
  return Math.min(start + lengthMs, stop);
}

/**
 * A session's bars, ascending, joined to longer ones of `lengthMs`; those without a trade are left out. Vwap and trades are
 * known where all of them tell theirs.
 */
export function joinBars(bars: readonly Ohlcv[], session: Session, lengthMs: number): Ohlcv[] {
  const joined: Ohlcv[] = [];
  for (const bar of bars) {
    const ts = barStart(session, bar.ts, lengthMs);
    const last = joined.at(-1);
    if (last?.ts === ts) joined[joined.length - 1] = extended(last, bar);
    else joined.push({ ...bar, ts });
  }
  return joined;
}

/** Bars, ascending, as one that is stamped `ts`; undefined for none. Vwap and trades as of `joinBars`. */
export function asOneBar(bars: readonly Ohlcv[], ts: number): Ohlcv | undefined {
  const [first, ...others] = bars;
  return first && others.reduce(extended, { ...first, ts });
}

function extended(bar: Ohlcv, next: Ohlcv): Ohlcv {
  return {
    ...bar,
    high: Math.max(bar.high, next.high),
    low: Math.min(bar.low, next.low),
    close: next.close,
    volume: bar.volume + next.volume,
    vwap: joinedVwap(bar, next),
    trades: bar.trades === null || next.trades === null ? null : bar.trades + next.trades,
  };
}

function joinedVwap(bar: Ohlcv, next: Ohlcv): number | null {
  const volume = bar.volume + next.volume;
  if (bar.vwap === null || next.vwap === null || !(volume > 0)) return null;
  return (bar.vwap * bar.volume + next.vwap * next.volume) / volume;
}
