import { BackfillError } from '../../core/errors.ts';

/**
 * What pairs are quoted in on Binance spot, today's and those that left; the commonest first. None ends like another, so
 * that a symbol is parted in one way: AEUR is left out, which would not be told from EUR (ADAEUR), and so are PLN, RON and UAH,
 * which behind a dash may be kinds of a share. Source: the symbols of the
 * archive's listing of 2025.
 */
export const QUOTES: readonly string[] =
  'USDT USDC FDUSD BTC ETH BNB EUR TRY TUSD BUSD USD1 BRL JPY GBP AUD MXN ARS ZAR CZK COP DAI EURI SOL DOGE XRP TRX'.split(
    ' ',
  );

const ANY_QUOTE = QUOTES.join('|');
const TICKER = new RegExp(`^([A-Z0-9]+)-(${ANY_QUOTE})$`);
const SYMBOL = new RegExp(`^([A-Z0-9]+)(${ANY_QUOTE})$`);

/** `BTCUSDT` of `BTC-USDT`. Throws `unknown-ticker` for what is no pair of Binance's. */
export function symbolOf(ticker: string): string {
  const [, base, quote] = TICKER.exec(ticker) ?? [];
  if (base !== undefined && quote !== undefined) return `${base}${quote}`;
  throw new BackfillError(
    'unknown-ticker',
    `${ticker} is no pair of Binance's: those are quoted in ${QUOTES.join(', ')}, such as BTC-USDT`,
  );
}

/** Inverse of `symbolOf`. Throws `unknown-ticker` for a symbol whose quote is not known. */
export function tickerOf(symbol: string): string {
  const [, base, quote] = SYMBOL.exec(symbol) ?? [];
  if (base !== undefined && quote !== undefined) return `${base}-${quote}`;
  throw new BackfillError('unknown-ticker', `${symbol} is quoted in nothing that is known of Binance`);
}

/** Whether a pair of Binance's, of which it tells base and quote, has a ticker here. */
export function isWritable(base: string, quote: string): boolean {
  return TICKER.test(`${base}-${quote}`);
}
