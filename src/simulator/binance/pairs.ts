import { CRYPTO_QUOTES } from '../../core/calendar/data/tickers.ts';

/** Binance quotes nothing in dollars themselves. */
const QUOTES = CRYPTO_QUOTES.split(' ').filter((quote) => quote !== 'USD');

const TICKER = new RegExp(`^([A-Z0-9]+)-(${QUOTES.join('|')})$`);
const SYMBOL = new RegExp(`^([A-Z0-9]+)(${QUOTES.join('|')})$`);

export interface Pair {
  readonly base: string;
  readonly quote: string;
}

/** The pair that a ticker of a market names; undefined for none of Binance's. */
export function pairOf(ticker: string): Pair | undefined {
  const [, base, quote] = TICKER.exec(ticker) ?? [];
  return base === undefined || quote === undefined ? undefined : { base, quote };
}

/** `BTCUSDT` of `BTC-USDT`; of another ticker what no symbol is. */
export function symbolOf(ticker: string): string {
  const { base, quote } = pairOf(ticker) ?? { base: ticker, quote: '' };
  return `${base}${quote}`;
}

/** Inverse of `symbolOf`; undefined for a symbol that is quoted in nothing. */
export function tickerOf(symbol: string): string | undefined {
  const [, base, quote] = SYMBOL.exec(symbol) ?? [];
  return base === undefined ? undefined : `${base}-${quote}`;
}
