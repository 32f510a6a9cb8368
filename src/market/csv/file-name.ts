import { isPair } from './ticker-name.ts';
import { CRYPTO_VENUES, CURRENCY_VENUES, EXCHANGES, suffixOfPlace } from './venues.ts';

/** What a file's name says of the instrument. */
export type FileName =
  /** `ticker` as a user or vendor writes it; `isCrypto` where the name shows that it is a crypto pair. */
  | { readonly kind: 'ticker'; readonly ticker: string; readonly isCrypto: boolean }
  /** A name that may be a ticker, a word or an export's: look inside. */
  | { readonly kind: 'word'; readonly ticker: string }
  /** A name that names no instrument here, and why. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Words that describe a file, or say where it is from; a name begins or ends with them. */
const WORDS = (
  'daily weekly monthly intraday adjusted adj unadjusted data price prices history historical candles bars ohlc ohlcv ' +
  'quote quotes stock stocks table export full compact extended series time kline klines day hour minute ' +
  'download downloads downloaded export exported output chart charts query result results file files untitled unnamed ' +
  'book sheet market symbol symbols ticker tickers merged combined backup ' +
  'kurs kurse kursdaten daten historisch historische historischekurse aktie aktien cotizacion cotizaciones ' +
  'historico historicos historica historicas precio precios datos accion acciones cours historique historiques ' +
  'donnees prix quotazioni storico storici prezzi dati cotacoes dados precos koersen ' +
  'yahoo yfinance alphavantage tiingo polygon stooq eodhd barchart investing marketwatch macrotrends finnhub'
).split(' ');

/** Files about files, which are often called so in capitals. */
const ABOUT = /^(readme|license|licence|notice|changelog|manifest)$/i;

/** Words alone, also as one and with a number: `prices`, `HistoricalData`, `Book1`, `data-2`. */
const OF_WORDS = new RegExp(`^(${WORDS.join('|')})+[- ]?\\d*$`);

/** The number of a copy, or the time of a download since the epoch. */
const NUMBERED = /^(\d{1,2}|\d{9,})$/;

/** No ticker without a suffix is longer. */
const LONGEST = 8;

const INTERVAL = /^(\d+(m|min|mins|minute|h|hr|hour|d|day|w)|(min|hour)\d+)$/i;
const DATE = /^((19|20)\d{2}([-.]?\d{2}){0,2})$/;
/** A pair and the minutes of its bars, as MetaTrader 4 names its files. */
const META_TRADER = /^([A-Z]{3})([A-Z]{3})(?:1|5|15|60|1440)$/;
/** A symbol, the length of its bars and a month or year, as HistData.com names its files, of which `DAT` is no symbol. */
const HIST_DATA = /^DAT_[A-Z]+_([A-Z]{3})([A-Z]{3})_/;
const TRADING_VIEW = /^(?<symbol>.+?), ?(\d+[A-Z]?|[SDWM])(_[0-9a-f]{5})?$/;

/**
 * What a file's name without its endings says. Known are `AAPL`, `AAPL_data`, `AAPL-2015-2020`, `AAPL (1)`, `AAPL - Copy`,
 * Alpha Vantage's `daily_IBM` and `intraday_5min_IBM`, TradingView's `BATS_T, 1D`, `NYSE:NBL_data`, Stooq's `hd.us`,
 * Binance's `BTCUSDT-1m-2024-01` and `Binance_BTCUSDT_d`, MetaTrader's `EURUSD60`, HistData's `DAT_ASCII_EURUSD_M1_202401`.
 * What stands behind the first `_` and is a place's ends the ticker (`SAP_DE`), or leaves it untold (`AIR_FR`). Else the
 * ticker is the name up to the first `_`.
 */
export function readFileName(stem: string): FileName {
  const first = withoutCopy(stem.trim());
  const pair = /^([A-Z]{3})_([A-Z]{3,4})(?![A-Z0-9])/.exec(first);
  if (pair?.[1] !== undefined && pair[2] !== undefined && isPair(pair[1], pair[2]))
    return { kind: 'ticker', ticker: pair[1] + pair[2], isCrypto: true };
  const [, base = '', quote = ''] = META_TRADER.exec(first) ?? [];
  if (base !== '' && isPair(base, quote)) return { kind: 'ticker', ticker: base + quote, isCrypto: false };
  const [, one = '', other = ''] = HIST_DATA.exec(first) ?? [];
  if (one !== '' && isPair(one, other)) return { kind: 'ticker', ticker: one + other, isCrypto: false };
  if (one !== '')
    return { kind: 'unknown', reason: `its symbol "${one}${other}" is no pair of currencies; rename it` };
  const [, root, share] = /^([A-Z]{1,5})_([ABC])$/.exec(first) ?? [];
  if (root !== undefined && !isWord(root))
    return { kind: 'ticker', ticker: `${root}.${share}`, isCrypto: false };
  const view = TRADING_VIEW.exec(first)?.groups?.['symbol'];
  const [venue, symbol] = venueOf(view ?? first, view !== undefined);
  if (venue !== undefined && symbol !== undefined) return atVenue(venue, undated(symbol));
  const parts = (view ?? first).split('_').filter((part) => part !== '');
  while (parts.length > 1 && isWord(parts[0] ?? '') && parts.slice(1).some((part) => !isWord(part)))
    parts.shift();
  const told = ofNumber(parts) ?? atPlace(parts);
  if (told !== undefined) return told;
  // `Apple Stock Price History` is a company's.
  if (/^[A-Z][a-z]+ /.test(first)) return { kind: 'word', ticker: first };
  const ticker = undated(parts[0] ?? '');
  // Written in small letters, or of words alone, it may be the name of anything.
  const isLongWord = (ticker.length > LONGEST && OF_WORDS.test(ticker.toLowerCase())) || ABOUT.test(ticker);
  const isSure =
    (ticker === ticker.toUpperCase() && !DATE.test(ticker) && !isLongWord) ||
    /\.(us|uk|jp|de|hk)$/.test(ticker);
  return isSure ? { kind: 'ticker', ticker, isCrypto: false } : { kind: 'word', ticker };
}

/** Whether a word, in small letters, describes a file and cannot be its ticker: `prices`, `historicaldata`, `5min`. */
export function isWord(part: string): boolean {
  return (
    ABOUT.test(part) || OF_WORDS.test(part) || NUMBERED.test(part) || INTERVAL.test(part) || DATE.test(part)
  );
}

const NUMBERS: ReadonlySet<string> = new Set(['WKN', 'ISIN', 'CUSIP', 'SEDOL', 'FIGI', 'VALOR']);
const ISIN = /^[A-Z]{2}[A-Z0-9]{9}\d$/;

/** What is said of a name that numbers its instrument; undefined where it does not. */
function ofNumber([one = '', next = '']: readonly string[]): FileName | undefined {
  const number = NUMBERS.has(one.toUpperCase()) && /\d/.test(next) ? one : undefined;
  if (number === undefined && !(ISIN.test(one) && /\d{4}/.test(one))) return undefined;
  const what = number === undefined ? `${one} is an ISIN` : `its "${number}" says a number`;
  return { kind: 'unknown', reason: `${what}, and no ticker; rename it` };
}

/** Symbols that a place may stand behind. */
const SYMBOL = /^[A-Z0-9]{1,6}(-[A-Z0-9]{1,2})?$/;

/** `SAP.DE` of `SAP_DE`; undefined where no place stands behind the first part, or it is one of a sentence in small letters. */
function atPlace([symbol = '', place = '', ...rest]: readonly string[]): FileName | undefined {
  const [upper, letters] = [symbol.toUpperCase(), undated(place).toUpperCase()];
  const isCapital = upper === symbol && place === place.toUpperCase();
  const isSmall = symbol === symbol.toLowerCase() && letters.length > 1 && place === place.toLowerCase();
  const isLast = rest.length === 0 || (isCapital && rest.every((part) => isWord(part.toLowerCase())));
  const isSymbol = SYMBOL.test(upper) && !isPair(upper.slice(0, 3), upper.slice(3)) && !isWord(symbol);
  const suffix = (isCapital || isSmall) && isLast && isSymbol ? suffixOfPlace(letters) : undefined;
  if (suffix === undefined) return undefined;
  if (suffix === null)
    return {
      kind: 'unknown',
      reason: `its "_${place}" may be a place; rename it as the ticker is written (AIR.PA)`,
    };
  const ticker = upper + suffix;
  return isCapital ? { kind: 'ticker', ticker, isCrypto: false } : { kind: 'word', ticker };
}

/** `BATS` and `T` of `BATS_T`, `NYSE` and `NBL` of `NYSE:NBL_data`; TradingView writes it always, others may. */
function venueOf(name: string, isView: boolean): [venue?: string, symbol?: string] {
  const [, colon, afterColon] = /^([A-Za-z_]+):(.+)$/.exec(name) ?? [];
  if (colon !== undefined) return [colon.toUpperCase(), afterColon?.split('_', 1)[0] ?? ''];
  const [, before = '', after = ''] = /^(FX_IDC|[A-Za-z]+)_([^_]+)/.exec(name) ?? [];
  const venue = before.toUpperCase();
  const isVenue = CRYPTO_VENUES.has(venue) || (before === venue && isKnown(venue));
  const isSymbol = after !== '' && !isWord(after.toLowerCase()) && after === after.toUpperCase();
  return (isView && before !== '') || (isVenue && isSymbol) ? [venue, after] : [];
}

function isKnown(venue: string): boolean {
  return Object.hasOwn(EXCHANGES, venue) || CURRENCY_VENUES.has(venue);
}

function atVenue(venue: string, symbol: string): FileName {
  const isCrypto = CRYPTO_VENUES.has(venue);
  if (isCrypto || CURRENCY_VENUES.has(venue)) return { kind: 'ticker', ticker: symbol, isCrypto };
  if (!Object.hasOwn(EXCHANGES, venue))
    return { kind: 'unknown', reason: `its exchange "${venue}" names no suffix of a ticker; rename it` };
  return { kind: 'ticker', ticker: `${symbol}${EXCHANGES[venue] ?? ''}`, isCrypto };
}

const COPY = /\s*\(\d+\)$| - copy$|^copy of /i;
const DATED =
  /[- ]((19|20)\d{2}([-.]?\d{2}){0,2}|\d+(m|min|h|d|w)|historical data|stock price history|history|prices?|daily|intraday|data)$/i;

/** `XOM` of `XOM (1)`, `XOM - Copy` and `Copy of XOM`. */
function withoutCopy(name: string): string {
  return stripped(name, COPY);
}

/** A name without what describes it at its end: `GM` of `GM-2015-2020`, `BTCUSDT` of `BTCUSDT-1m-2024-01`. */
function undated(name: string): string {
  return stripped(name.trim(), DATED);
}

function stripped(name: string, part: RegExp): string {
  let left = name;
  while (part.test(left)) left = left.replace(part, '').trim();
  return left;
}
