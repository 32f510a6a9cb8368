import type { Ohlcv } from '../bars/bars.ts';
import { isCryptoPair, isOptionContract } from '../calendar/calendars.ts';
import { largest, smallest } from '../extremes.ts';

/**
 * What an instrument is, in our words (see `Identity`): by the form of its canonical ticker where that tells
 * (`EURUSD=X` fx, `^GSPC` index, `CL=F` future, `AAPL251219C00200000` option, `BTC-USD` crypto), else as the provider said it; null where neither does.
 */
export function typeOf(ticker: string, said: string | null): string | null {
  if (ticker.endsWith('=X')) return 'fx';
  if (ticker.endsWith('=F')) return 'future';
  if (ticker.startsWith('^')) return 'index';
  if (isOptionContract(ticker)) return 'option';
  return isCryptoPair(ticker) ? 'crypto' : said;
}

/** Yields and spreads are quoted in percent: an index above this is none of them, and cannot be negative. */
const HIGHEST_YIELD = 100;

/** Yields and spreads do touch 0 from below this; from above it, a lone 0 is a value that the vendor does not have. */
const NEAR_ZERO = 1;

/**
 * Whether the prices of a bar may be 0 or negative, by the type of its instrument: those of futures (oil in April 2020),
 * and of indices that may be yields or spreads. Not where 0 stands for no price: in a bar of nothing else without
 * volume, and alone among positive prices of one level.
 */
export function mayBeNegative(type: string | null, { open, high, low, close, volume }: Ohlcv): boolean {
  if (!mayCrossZero(type) || (type === 'index' && Math.abs(high) >= HIGHEST_YIELD)) return false;
  const prices = [open, high, low, close];
  const others = prices.filter((price) => price !== 0);
  if (others.length === 0) return volume > 0;
  const isLone = smallest(others) > Math.max(NEAR_ZERO, largest(others) / 2);
  return others.length === prices.length || !isLone;
}

/** Whether the ratio of one price to another says something: not near 0, where futures, yields and spreads may go. */
export function bearsRatios(price: number, type: string | null): boolean {
  return price >= NEAR_ZERO || !mayCrossZero(type);
}

/** Whether prices of a type may be 0 or negative at all. */
export function mayCrossZero(type: string | null): boolean {
  return type === 'future' || type === 'index';
}

/** What a row without a volume says of it: nobody counts that of an index or a currency, so 0; else it is not known, NaN. */
export function untoldVolume(type: string | null): number {
  return type === 'index' || type === 'fx' ? 0 : Number.NaN;
}
