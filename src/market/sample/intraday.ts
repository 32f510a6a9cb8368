import type { Ohlcv } from '../../core/bars/bars.ts';
import type { Session } from '../../core/calendar/calendar.ts';
import { bellShaped, type Random } from '../random.ts';
import { tradingMinutes } from '../../core/bars/session-grid.ts';
import type { Instrument } from './instrument.ts';

/** Prices of a bar in ticks. */
interface Ticks {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** A minute with a trade, by its start. */
interface TradedMinute {
  readonly ts: number;
  readonly volume: number;
}

/** The one-minute bars that a session's daily bar is made of: their aggregate is exactly that bar. */
export function minuteRows(instrument: Instrument, daily: Ohlcv, session: Session, random: Random): Ohlcv[] {
  const { ticksPerUnit } = instrument;
  const traded = tradedMinutes(tradingMinutes(session), daily.volume, instrument.volumeUnit, random);
  const inTicks = (price: number): number => Math.round(price * ticksPerUnit);
  const whole = {
    open: inTicks(daily.open),
    high: inTicks(daily.high),
    low: inTicks(daily.low),
    close: inTicks(daily.close),
  };
  return pricePath(whole, traded, random).map((bar) => ({
    ts: bar.ts,
    open: bar.open / ticksPerUnit,
    high: bar.high / ticksPerUnit,
    low: bar.low / ticksPerUnit,
    close: bar.close / ticksPerUnit,
    volume: bar.volume,
    vwap: null,
    trades: null,
  }));
}

/**
 * Spreads a session's volume over its minutes, more at the open and the close. Minutes that get less than a unit have
 * no trade and are left out; where volume is not known, all of them trade.
 */
function tradedMinutes(
  minutes: readonly number[],
  volume: number,
  unit: number,
  random: Random,
): TradedMinute[] {
  if (unit === 0) return minutes.map((ts) => ({ ts, volume: 0 }));
  const units = Math.round(volume / unit);
  const weights = minutes.map((_, i) => {
    const fromNoon = (2 * i) / minutes.length - 1;
    return (0.4 + fromNoon * fromNoon) * (0.2 + random());
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const traded: TradedMinute[] = [];
  let weightSoFar = 0;
  let unitsSoFar = 0;
  for (const [i, ts] of minutes.entries()) {
    weightSoFar += weights[i] ?? 0;
    const reached = Math.round((units * weightSoFar) / total);
    if (reached > unitsSoFar) traded.push({ ts, volume: (reached - unitsSoFar) * unit });
    unitsSoFar = reached;
  }
  return traded;
}

/**
 * A bar for each minute, each opening where the one before closed, that begin at the session's open, end at its close, touch
 * its high and its low and never leave them: a noisy bridge between those four points.
 */
function pricePath(
  session: Ticks,
  minutes: readonly TradedMinute[],
  random: Random,
): (Ticks & TradedMinute)[] {
  const count = minutes.length;
  const highAt = Math.floor(random() * count);
  const lowAt = Math.floor(random() * count);
  const last = count - 1;
  const anchors = new Map([[last, session.close]]);
  if (highAt < last) anchors.set(highAt, session.high);
  if (lowAt < last && lowAt !== highAt) anchors.set(lowAt, session.low);
  const anchorAt = [...anchors.keys()].toSorted((a, b) => a - b);
  const noise = (session.high - session.low) / (2 * Math.sqrt(count));
  const within = (ticks: number): number => Math.min(session.high, Math.max(session.low, Math.round(ticks)));

  const bars: (Ticks & TradedMinute)[] = [];
  let open = session.open;
  let next = 0;
  for (const [i, { ts, volume }] of minutes.entries()) {
    while ((anchorAt[next] ?? last) < i) next++;
    const target = anchorAt[next] ?? last;
    const goal = anchors.get(target) ?? session.close;
    const step = (goal - open) / (target - i + 1);
    const close = target === i ? goal : within(open + step + bellShaped(random) * noise);
    const high = i === highAt ? session.high : within(Math.max(open, close) + random() * random() * noise);
    const low = i === lowAt ? session.low : within(Math.min(open, close) - random() * random() * noise);
    bars.push({ ts, open, high, low, close, volume });
    open = close;
  }
  return bars;
}
