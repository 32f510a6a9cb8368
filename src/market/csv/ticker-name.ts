import { CRYPTO_QUOTES } from '../../core/calendar/data/tickers.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';

/** Longest first, so that `USDT` is not taken for a base that ends in `USD` and so on. */
const QUOTES = CRYPTO_QUOTES.split(' ').toSorted((a, b) => b.length - a.length);

/**
 * Dollar coins whose pairs a name without a dash does not tell from those in `USD`: `BATUSD` is not `BA-TUSD`, but `BTCBUSD` is of
 * a known coin.
 */
const DOUBTFUL_QUOTES = ['BUSD', 'FDUSD', 'TUSD'];

/** No share's ticker ends like these. */
const COINS = new Set(['USDT', 'USDC']);

/** Suffixes of Stooq, and Shanghai's of China, that are other ones here. */
const FOREIGN_SUFFIXES: Readonly<Record<string, string>> = { US: '', UK: '.L', JP: '.T', SH: '.SS' };

const BASES = new Set('BTC XBT ETH XRP LTC BCH SOL ADA BNB DOT'.split(' '));

/** What Kraken calls coins. */
const KRAKENS: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };

const CURRENCIES = new Set(
  'AUD BRL CAD CHF CNH CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN SEK SGD THB TRY USD ZAR'.split(
    ' ',
  ),
);

/**
 * The canonical ticker that a name stands for, undefined if for none. Two currencies in a row are a currency pair
 * (`EURUSD` is `EURUSD=X`). A name that ends in a known quote after two letters or more (`BTCUSDT`) is a crypto pair
 * (`BTC-USDT`) where the quote is a dollar coin, the base one of the best known coins, or `isCrypto` says so, which is
 * asked for such names only. `AAPL.US` is
 * `AAPL`, and `MSFT.O`, which may be Reuters' or a class of shares, is none. Anything else is read as `parseTicker` does, so that `BRK.B` is `BRK-B`.
 */
export function tickerNamed(name: string, isCrypto: () => boolean): string | undefined {
  const upper = name.toUpperCase().replace(/^([A-Z0-9]{2,})\/([A-Z]{3,5})$/, '$1$2');
  const [, one = '', other = ''] = /^([A-Z]{3})[-_]?([A-Z]{3})$/.exec(upper) ?? [];
  if (CURRENCIES.has(one) && CURRENCIES.has(other)) return `${one}${other}=X`;
  const quotes = [...DOUBTFUL_QUOTES, ...QUOTES].filter((suffix) => upper.endsWith(suffix));
  const isOfKnown = (suffix: string): boolean => BASES.has(upper.slice(0, -suffix.length));
  const quote = quotes.find(isOfKnown) ?? quotes[0];
  const base = upper.slice(0, -(quote?.length ?? 0));
  if (
    quote !== undefined &&
    /^[A-Z0-9]{2,}$/.test(base) &&
    (COINS.has(quote) || BASES.has(base) || isCrypto())
  ) {
    const isUntold = DOUBTFUL_QUOTES.includes(quote) && !BASES.has(base);
    return isUntold ? undefined : `${KRAKENS[base] ?? base}-${quote}`;
  }
  if (isReuters(upper)) return undefined;
  return parsed(
    name.replace(
      /\.(us|uk|jp|sh)$/i,
      (_suffix, letters: string) => FOREIGN_SUFFIXES[letters.toUpperCase()] ?? '',
    ),
  );
}

/** Whether a name in capitals ends in a letter that Reuters has for an exchange, and others for a class of shares: `MSFT.O`. */
export function isReuters(name: string): boolean {
  return /^[A-Z]{1,6}\.(OQ?|N|P|K|Z)$/.test(name);
}

/** Whether two words in capitals are a pair: two currencies, or a coin and what it is often priced in. */
export function isPair(base: string, quote: string): boolean {
  return CURRENCIES.has(quote) ? CURRENCIES.has(base) || BASES.has(base) : COINS.has(quote);
}

/** What Binance quotes pairs in, of which none ends like another: it quotes nothing in dollars themselves. */
const BINANCES = QUOTES.filter((quote) => quote !== 'USD');

/** `DOGE-BUSD` of `DOGEBUSD`, a symbol of Binance's; undefined where its quote is not known. */
export function pairOfBinance(symbol: string): string | undefined {
  const quote = BINANCES.find((one) => symbol.endsWith(one) && symbol.length > one.length);
  return quote && `${symbol.slice(0, -quote.length)}-${quote}`;
}

function parsed(name: string): string | undefined {
  try {
    return parseTicker(name);
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'invalid-ticker') return undefined;
    throw error;
  }
}
