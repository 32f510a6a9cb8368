import { type Ohlcv, type Series, seriesKey } from '../core/bars/bars.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { RECORDED, type RecordedBar } from '../core/bars/recorded.ts';
import { isTradingTime, mayStartBar } from '../core/bars/session-grid.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { faultOf } from '../core/checks/checks.ts';
import { isTrades, isVwap } from '../core/checks/side-values.ts';
import { BackfillError } from '../core/errors.ts';
import { type Names, assertKnown } from '../core/known-names.ts';
import { formatDay, MS_PER_DAY } from '../core/session/day.ts';
import { intervalMs } from '../core/session/interval.ts';
import { shown } from '../core/shown.ts';

/** A bar as a feed emits it, with prices as traded; a volume that is not known is NaN. */
export interface LiveBar extends Pick<Ohlcv, 'ts' | 'open' | 'high' | 'low' | 'close' | 'volume'> {
  /** Volume-weighted average price. Default null: not known. */
  readonly vwap?: number | null;
  /** Number of trades. Default null: not known. */
  readonly trades?: number | null;
}

const NAMES: Names<LiveBar> = {
  ...{ ts: true, open: true, high: true, low: true, close: true, volume: true },
  ...{ vwap: true, trades: true },
};
const NUMBERS = ['ts', 'open', 'high', 'low', 'close', 'volume'] as const;
const SIDES = ['vwap', 'trades'] as const;

/** Bars of a series that a recorder may keep, emitted at `now` (ms since the epoch). Throws `usage` for one that is none. */
export function recordedBars(series: Series, given: unknown, now: number): readonly RecordedBar[] {
  const rows: readonly unknown[] = Array.isArray(given) ? given : [given];
  const faultAt = placeFault(series, now);
  return rows.map((row, i) => {
    const bar = barOf(`record: ${seriesKey(series)}${rows.length > 1 ? ` bar ${i + 1}` : ''}`, row, faultAt);
    return { series, bar: { ...bar, source: RECORDED, fetchedAt: now } };
  });
}

function barOf(what: string, row: unknown, faultAt: (ts: number) => string | null): Ohlcv {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw refused(`${what} ${shown(row)}: must be a bar such as { ts, open, high, low, close, volume }`);
  assertKnown(what, row, NAMES);
  const bar = row as LiveBar;
  for (const name of NUMBERS)
    if (typeof (bar[name] as unknown) !== 'number')
      throw refused(
        `${what}: ${name} ${shown(bar[name])}: must be a number${name === 'volume' ? ', NaN where it is not known' : ''}`,
      );
  for (const name of SIDES)
    if (typeof (bar[name] ?? 0) !== 'number')
      throw refused(`${what}: ${name} ${shown(bar[name])}: must be a number, or null where it is not known`);
  const { ts, open, high, low, close, volume, vwap = null, trades = null } = bar;
  const plain: Ohlcv = { ts, open, high, low, close, volume, vwap, trades };
  const fault = faultOf(plain, null) ?? sideFault(plain) ?? faultAt(ts);
  if (fault !== null) throw refused(`${what}: ${fault}; nothing of this call was recorded`);
  return plain;
}

function sideFault(bar: Ohlcv): string | null {
  const { vwap, trades } = bar;
  if (vwap !== null && !(isVwap(vwap, bar) && !Number.isNaN(vwap)))
    return `vwap ${vwap} is no price of its bar`;
  return trades === null || (isTrades(trades) && !Number.isNaN(trades))
    ? null
    : `trades ${trades} is no count`;
}

/** Says why no bar of a series can start at a stamp by now, or null. */
function placeFault({ ticker, interval }: Series, now: number): (ts: number) => string | null {
  const calendar = calendarFor(ticker);
  const lengthMs = intervalMs(interval);
  const dayOf = sessionDateOf(interval, calendar);
  const offGrid = (ts: number): string | null => {
    if (interval === '1d')
      return ts % MS_PER_DAY === 0 ? null : 'a daily bar is stamped with its date, at 00:00 UTC';
    const session = calendar.session(dayOf(ts));
    if (mayStartBar(session, ts, lengthMs)) return null;
    return session.reliable && !isTradingTime(session, ts)
      ? 'outside its session'
      : `no bar of ${interval} starts then`;
  };
  return (ts) => {
    if (!Number.isInteger(ts)) return `ts ${ts} is no whole number of ms`;
    const at = `ts ${ts} (${new Date(ts).toISOString()})`;
    // A feed's clock may be ahead of ours, and a session may have a date to come.
    if (ts > now + lengthMs) return `${at} is to come`;
    const day = dayOf(ts);
    const isAdvice = interval === '1d' && calendar.advisory;
    if (!isAdvice && !calendar.isSession(day))
      return `${at}: ${formatDay(day)} is no session of ${calendar.id}`;
    const off = offGrid(ts);
    return off === null ? null : `${at} is not on the grid of ${calendar.id}: ${off}`;
  };
}

function refused(message: string): BackfillError {
  return new BackfillError('usage', message);
}
