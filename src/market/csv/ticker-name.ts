import { CRYPTO_QUOTES } from '../../core/calendar/data/tickers.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/ticker.ts';

/** Longest first, so that `USDT` is not taken for a base that ends in `USD` and so on. */
const QUOTES = CRYPTO_QUOTES.split(' ').toSorted((a, b) => b.length - a.length);

/** Dollar coins that no calendar rule knows: a pair quoted in one is not the pair quoted in `USD`. */
const UNKNOWN_QUOTES = ['BUSD', 'FDUSD', 'TUSD'];

const CURRENCIES = new Set(
  'AUD BRL CAD CHF CNH CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN SEK SGD THB TRY USD ZAR'.split(
    ' ',
  ),
);

/**
 * The canonical ticker that a file's name stands for, undefined if for none. Two currencies in a row are a currency
 * pair (`EURUSD` is `EURUSD=X`). A name that ends in a known quote after two letters or more (`BTCUSDT`) is a crypto
 * pair (`BTC-USDT`) where `isCrypto` says so, which is asked for such names only. Anything else is read as
 * `parseTicker` does, so that `BRK.B` is `BRK-B`.
 */
export function tickerNamed(name: string, isCrypto: () => boolean): string | undefined {
  const upper = name.toUpperCase();
  if (/^[A-Z]{6}$/.test(upper) && CURRENCIES.has(upper.slice(0, 3)) && CURRENCIES.has(upper.slice(3))) {
    return `${upper}=X`;
  }
  const quote = [...UNKNOWN_QUOTES, ...QUOTES].find((suffix) => upper.endsWith(suffix));
  const base = upper.slice(0, -(quote?.length ?? 0));
  if (quote !== undefined && /^[A-Z0-9]{2,}$/.test(base) && isCrypto()) {
    return UNKNOWN_QUOTES.includes(quote) ? undefined : `${base}-${quote}`;
  }
  try {
    return parseTicker(name);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'invalid-ticker') return undefined;
    throw error;
  }
}
