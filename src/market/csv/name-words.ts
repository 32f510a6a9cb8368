/** Words that describe a file, or say where it is from; a name begins or ends with them. */
const WORDS = (
  'daily weekly monthly intraday adjusted adj unadjusted data price prices history historical candles bars ohlc ohlcv ' +
  'quote quotes stock stocks table export full compact extended series time kline klines day hour minute ' +
  'download downloads downloaded export exported output chart charts query result results file files untitled unnamed ' +
  'book sheet market symbol symbols ticker tickers merged combined backup ' +
  'kurs kurse kursdaten daten historisch historische historischekurse aktie aktien cotizacion cotizaciones ' +
  'historico historicos historica historicas precio precios datos accion acciones cours historique historiques ' +
  'donnees prix quotazioni storico storici prezzi dati cotacoes dados precos koersen ' +
  'hist eod wiki etf etfs funds equity equities shares forex currency currencies digital coins watchlist portfolio ' +
  'universe constituents components quandl sharadar kaggle crsp norgate firstrate kibot simfin intrinio marketstack ' +
  'twelvedata iexcloud bloomberg refinitiv eoddata histdata dukascopy metatrader tradingview ' +
  'yahoo yfinance alphavantage tiingo polygon stooq eodhd barchart investing marketwatch macrotrends finnhub'
).split(' ');

/** Files about files, which are often called so in capitals. */
const ABOUT = /^(readme|license|licence|notice|changelog|manifest)$/i;

/** Words alone, also as one and with a number: `prices`, `HistoricalData`, `Book1`, `data-2`. */
const OF_WORDS = new RegExp(`^(${WORDS.join('|')})+[- ]?\\d*$`);

/** The number of a copy, or the time of a download since the epoch. */
const NUMBERED = /^(\d{1,2}|\d{9,})$/;

const INTERVAL = /^(\d+(m|min|mins|minute|h|hr|hour|d|day|w)|(min|hour)\d+)$/i;
const DATE = /^((19|20)\d{2}([-.]?\d{2}){0,2})$/;

/** Whether a name, in any case, is of words that describe a file alone. */
export function isOfWords(name: string): boolean {
  return OF_WORDS.test(name.toLowerCase());
}

/** Whether a name is one of files about files. */
export function isAbout(name: string): boolean {
  return ABOUT.test(name);
}

/** Whether a word, in small letters, describes a file and cannot be its ticker: `prices`, `historicaldata`, `5min`. */
export function isWord(part: string): boolean {
  return (
    ABOUT.test(part) || OF_WORDS.test(part) || NUMBERED.test(part) || INTERVAL.test(part) || DATE.test(part)
  );
}

/** Whether a word is a year, a month or a day. */
export function isDate(part: string): boolean {
  return DATE.test(part);
}

const COPY = /\s*\(\d+\)$| - copy$|^copy of /i;
const DATED =
  /[- ]((19|20)\d{2}([-.]?\d{2}){0,2}|\d+(m|min|h|d|w)|historical data|stock price history|history|prices?|daily|intraday|data)$/i;

/** `XOM` of `XOM (1)`, `XOM - Copy` and `Copy of XOM`. */
export function withoutCopy(name: string): string {
  return stripped(name, COPY);
}

/** A name without what describes it at its end: `GM` of `GM-2015-2020`, `BTCUSDT` of `BTCUSDT-1m-2024-01`. */
export function undated(name: string): string {
  return stripped(name.trim(), DATED);
}

function stripped(name: string, part: RegExp): string {
  let left = name;
  while (part.test(left)) left = left.replace(part, '').trim();
  return left;
}
