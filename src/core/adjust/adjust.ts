import type { Dividend, Split } from '../bars/bars.ts';
import { type Bars, inForm } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';

/**
 * The price as traded of what a split-adjusting vendor prints in single precision: of all decimals that would be
 * printed as `wire`, the shortest. Exact for prices of up to 7 digits that were not adjusted; else within 1e-7.
 */
export function fromWire(wire: number, shares = 1): number {
  const price = wire * shares;
  const printed = Math.fround(wire);
  const cents = sixDigits(price);
  if (Math.fround(cents / shares) === printed) return cents;
  for (const digits of [6, 7, 8]) {
    const decimal = Number(price.toPrecision(digits));
    if (Math.fround(decimal / shares) === printed) return decimal;
  }
  return Number(price.toPrecision(9));
}

/** Powers of ten, all exact. */
const TENS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10] as const;

/**
 * A price to six digits, by numbers alone: most prices have no more, and a text for each of them costs a tenth of a
 * backfill. NaN where that is not sure to be `Number(price.toPrecision(6))`, but for prices half-way between two
 * such, which no single precision takes for either.
 */
function sixDigits(price: number): number {
  const size = Math.abs(price);
  // A logarithm would say so at once, and is dearer.
  let places = size < 1 ? 10 : 5;
  while (places > 0 && size * (TENS[places] as number) >= 1e6) places--;
  const tens = TENS[places] as number;
  const units = Math.round(price * tens);
  return Math.abs(units) >= 1e5 && Math.abs(units) < 1e6 ? units / tens : Number.NaN;
}

/** Shares of today for one share of a session: the product of the ratios of all splits with a later ex-date. */
function sharesSince(session: Day, splits: readonly Split[]): number {
  return splits.reduce((shares, split) => (split.exDay > session ? shares * split.ratio : shares), 1);
}

/**
 * Split-adjusted bars as traded: prices times, volumes divided by the ratios of the splits that went ex after each
 * session. Prices are what `fromWire` makes of them, volumes of adjusted rows whole units (a reverse split's volume
 * is known only to half a wire unit). `splits` must be all of them up to the moment of the answer.
 */
export function toRaw(bars: Bars, splits: readonly Split[], sessionOf: (ts: number) => Day): Bars {
  const shares = bars.ts.map((ts) => (splits.length === 0 ? 1 : sharesSince(sessionOf(ts), splits)));
  const priced = (column: Float64Array): Float64Array => pricesOf(column, shares);
  const { length, ts, open, high, low, close, volume, vwap, trades } = bars;
  return inForm({
    ...{ length, ts, trades },
    ...{ open: priced(open), high: priced(high), low: priced(low), close: priced(close) },
    volume: volume.map((units, i) => (shares[i] === 1 ? units : Math.round(units / (shares[i] as number)))),
    vwap: vwap && priced(vwap),
  });
}

/** Written as a loop: a callback for each price costs as much as the price. */
function pricesOf(wires: Float64Array, shares: Float64Array): Float64Array {
  const prices = new Float64Array(wires.length);
  for (let i = 0; i < wires.length; i++) prices[i] = fromWire(wires[i] as number, shares[i]);
  return prices;
}

/** A split-adjusted dividend as declared at the time, by the same splits. */
export function toDeclared(dividend: Dividend, splits: readonly Split[]): Dividend {
  return { ...dividend, amount: fromWire(dividend.amount, sharesSince(dividend.exDay, splits)) };
}
