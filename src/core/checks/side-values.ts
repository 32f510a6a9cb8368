import { type Bars, inForm } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import { plural } from '../plural.ts';
import type { Oddity } from './oddity.ts';
import { type BarPrices, pricesAt } from './outside-range.ts';

// What vendors say beside prices and volume: the average price of a bar, and its number of trades. One that can be neither is
// unknown, and takes nothing away from the bar's prices; no store can write 3.7 trades.

/** Beyond what any market has had in a bar. */
const MOST_TRADES = 1e15;

/**
 * How far outside high and low an average may lie, as a part of the close: vendors average trades that open, high, low and close
 * leave out, as they may leave out an auction.
 */
const FARTHEST_OUTSIDE = 0.2;

/** Bars without the vwap and the numbers of trades that cannot be, and how many of them had one. */
export interface SideChecked {
  readonly bars: Bars;
  readonly unknown: number;
  /** Place of the first of these; -1 where there is none. */
  readonly first: number;
}

/** Whether a number may be one of trades; an unknown one is none that is wrong. */
export function isTrades(trades: number): boolean {
  return Number.isNaN(trades) || (Number.isInteger(trades) && trades >= 0 && trades < MOST_TRADES);
}

/** Whether a number may be the average price of a bar; an unknown one is none that is wrong. */
export function isVwap(vwap: number, { high, low, close }: BarPrices): boolean {
  if (Number.isNaN(vwap)) return true;
  const bound = Math.abs(close) * FARTHEST_OUTSIDE;
  return (vwap > 0 || low <= 0) && vwap >= low - bound && vwap <= high + bound;
}

/** Whether a vwap says that nothing was traded, so that there is none. */
export function saysNoVwap(vwap: number, volume: number): boolean {
  return vwap === 0 && !(volume > 0);
}

/** Bars, in any order, of which every vwap and number of trades may be one; a vwap of 0 where nothing was traded is not counted. */
export function checkSideValues(bars: Bars): SideChecked {
  const isNoVwap = (i: number): boolean => !isVwap(bars.vwap?.[i] ?? Number.NaN, pricesAt(bars, i));
  const isNoTrades = (i: number): boolean => !isTrades(bars.trades?.[i] ?? Number.NaN);
  const vwap = withoutThose(bars.vwap, isNoVwap);
  const trades = withoutThose(bars.trades, isNoTrades);
  if (vwap === bars.vwap && trades === bars.trades) return { bars, unknown: 0, first: -1 };
  const saysNone = (i: number): boolean => saysNoVwap(bars.vwap?.[i] as number, bars.volume[i] as number);
  let [unknown, first] = [0, -1];
  for (let i = 0; i < bars.length; i++) {
    if (!isNoTrades(i) && (!isNoVwap(i) || saysNone(i))) continue;
    unknown++;
    if (first < 0) first = i;
  }
  return { bars: inForm({ ...bars, vwap, trades }), unknown, first };
}

/** A column without the values of some bars; the same one where there are none. */
function withoutThose(column: Float64Array | null, isWrong: (i: number) => boolean): Float64Array | null {
  if (column === null || column.every((_, i) => !isWrong(i))) return column;
  return column.map((value, i) => (isWrong(i) ? Number.NaN : value));
}

/** What is odd about the bars of an answer as they came: one oddity, at the first of them; none where nothing is. */
export function sideOddities(bars: Bars, sessionOf: (ts: number) => Day): Oddity[] {
  const { unknown, first } = checkSideValues(bars);
  if (first < 0) return [];
  const [ts, vwap, trades] = [bars.ts[first] as number, bars.vwap?.[first], bars.trades?.[first]];
  const said = trades !== undefined && !isTrades(trades) ? `${trades} trades` : `a vwap of ${vwap}`;
  const note = `${plural(unknown, 'bar')} with a vwap or a number of trades that cannot be, stored without it; the first is of this session (${said})`;
  return [{ kind: 'side-value', session: sessionOf(ts), ts, note }];
}
