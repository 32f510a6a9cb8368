import { CALENDAR_ZONES, isExchangeSuffix } from '../../core/calendar/calendars.ts';

/** Exchanges as TradingView and others write them before or behind a symbol, and MICs, with what the ticker ends in here. */
const EXCHANGES: Readonly<Record<string, string>> = {
  ...named('', 'BATS NASDAQ NYSE AMEX ARCA NYSEARCA NYSEMKT NYSEAMERICAN CBOE OTC OTCMKTS'),
  ...named('', 'XNAS XNGS XNMS XNCM XNYS XASE ARCX XCBO BATY EDGA EDGX IEXG OTCM PINX'),
  ...named('.L', 'LSE LON XLON'),
  ...named('.TO', 'TSX XTSE'),
  ...named('.V', 'TSXV XTSX'),
  ...named('.DE', 'XETR XETRA ETR'),
  ...named('.F', 'FWB FRA XFRA'),
  ...named('.PA', 'EPA XPAR'),
  ...named('.AS', 'AMS XAMS'),
  ...named('.BR', 'EBR XBRU'),
  ...named('.LS', 'ELI XLIS'),
  ...named('.SW', 'SIX XSWX'),
  ...named('.VI', 'XWBO'),
  ...named('.MI', 'MIL BIT XMIL MTAA'),
  ...named('.MC', 'BME XMAD'),
  ...named('.ST', 'OMXSTO XSTO'),
  ...named('.CO', 'OMXCOP XCSE'),
  ...named('.HE', 'OMXHEX XHEL'),
  ...named('.OL', 'XOSL'),
  ...named('.AX', 'ASX XASX'),
  ...named('.T', 'TSE TYO XTKS'),
  ...named('.HK', 'HKEX HKG XHKG'),
  ...named('.SS', 'XSHG'),
  ...named('.SZ', 'XSHE'),
  ...named('.NS', 'NSE XNSE'),
  ...named('.BO', 'BSE BOM XBOM'),
};

export const CURRENCY_VENUES: ReadonlySet<string> = new Set('FX FX_IDC FXCM OANDA FOREXCOM'.split(' '));

const CRYPTO_NAMES =
  'BINANCE COINBASE KRAKEN BITSTAMP BITFINEX BYBIT OKX GEMINI KUCOIN HUOBI BITTREX POLONIEX CRYPTO';
export const CRYPTO_VENUES: ReadonlySet<string> = new Set(CRYPTO_NAMES.split(' '));

/** Whether a name in capitals is a country, or a venue of currencies or crypto, that is no ticker. */
export function isNoTicker(name: string): boolean {
  return CURRENCY_VENUES.has(name) || CRYPTO_VENUES.has(name) || name === 'US' || name === 'USA';
}

/** Countries whose letters are no suffix. */
const COUNTRIES: Readonly<Record<string, string>> = { US: '', USA: '', UK: '.L', JP: '.T' };

/** Names of exchanges of which the suffix is not known, or of which there are several. */
const OTHER_EXCHANGES: ReadonlySet<string> = new Set(
  (
    'EURONEXT OMX NGM TVC SP DJ INDEX CME CBOT NYMEX COMEX ICE ICEUS ICEEUR EUREX MOEX JSE TASE GPW BMFBOVESPA BOVESPA ' +
    'BIST IDX MYX KLSE SGX SET TWSE TPEX KRX KOSDAQ SZSE SSE NEO CSE BVMF BMV BVC BVL BCBA BCS LSX LSIN SWB TRADEGATE ' +
    'GETTEX NEWCONNECT AQUIS CHIX OTCQB OTCQX OTCBB PINKSHEETS HNX HOSE UPCOM PSE NZX DFM ADX TADAWUL EGX VIE WSE ATHEX ' +
    'XKOS ROCO'
  ).split(' '),
);

/** Exchanges that are no tickers, too. */
const NO_TICKERS: ReadonlySet<string> = new Set(
  'NASDAQ NYSE NYSEARCA NYSEMKT NYSEAMERICAN XETRA EURONEXT'.split(' '),
);

/** Letters that are a country's, or a word's, and no suffix or another one's: `CA` is Cairo's, and Canada. */
const DOUBTFUL: ReadonlySet<string> = new Set(
  (
    'AR AT AU BA BE BR CA CH CL CN CO CZ DK EG ES FI FR GB GER GR HA HU ID IE IL IN IS IT KR MY NL NO PE PH PL PR PT ' +
    'RU SA SE SG TH TR VN ZA'
  ).split(' '),
);

/** Bloomberg's codes of exchanges and countries that are no suffixes, or another one's: `LN` is London. */
const BLOOMBERGS: ReadonlySet<string> = new Set(
  (
    'LN LI FP NA IM SM SQ GY GF GS GM GD GT BB AV DC FH UN UW UQ UR UP UA UF UV UB UC UD UM UT UX CT CV CF CG CS JT JP JD ' +
    'TT SP MK TB IJ IB PM SJ EY AB UH DH QD PW CP HB RX RM GA MM BZ BS BN CC CI CX EB TQ IX BQ TI MT TE'
  ).split(' '),
);

/**
 * What a ticker ends in that trades at an exchange of this name, in capitals: `.DE` for `XETRA` and `XETR`, nothing for `NYSE`;
 * null for an exchange, or a MIC, of which that is not known; undefined for what is no exchange.
 */
export function suffixOfVenue(name: string): string | null | undefined {
  if (Object.hasOwn(EXCHANGES, name)) return EXCHANGES[name];
  return OTHER_EXCHANGES.has(name) || isMic(name) ? null : undefined;
}

function isMic(name: string): boolean {
  return /^X[A-Z]{3}$/.test(name) && CALENDAR_ZONES.some(([id]) => id === name);
}

/** Whether a name in capitals is an exchange's, and no ticker. */
export function isVenueAlone(name: string): boolean {
  return NO_TICKERS.has(name) || (name.startsWith('X') && suffixOfVenue(name) !== undefined);
}

/**
 * What a ticker ends in whose name goes on with these letters, in capitals, behind a `_`: `.DE` for `DE` and `XETRA`, nothing for `US`; null where
 * they may be a place, but nobody knows which suffix that is; undefined where they are none. `symbol`: what stands before them.
 */
export function suffixOfPlace(letters: string, symbol: string): string | null | undefined {
  if (Object.hasOwn(COUNTRIES, letters)) return COUNTRIES[letters];
  const venue = suffixOfVenue(letters);
  if (venue !== undefined) return venue;
  if (DOUBTFUL.has(letters) || BLOOMBERGS.has(letters)) return null;
  // Shanghai's symbols are numbers; Bloomberg has it for Stockholm.
  if (letters === 'SS' && !/^\d{6}$/.test(symbol)) return null;
  return isExchangeSuffix(letters) ? `.${letters}` : undefined;
}

/** Suffixes of exchanges whose symbols are numbers, which may look like years. */
export const OF_NUMBERS = /^\.(T|HK|TWO?|SS|SZ|KS|KQ|KL|SR)$/;

/**
 * What a ticker ends in whose name begins with these letters, in capitals, before a `_`: `.HK` for `HK` before a number, nothing
 * for `US`; null where they are a suffix and may be a ticker of their own (`DE_SAP`, `L_VOD`); undefined where they are none.
 * `symbol`: what stands behind them.
 */
export function suffixInFront(letters: string, symbol: string): string | null | undefined {
  const isNumber = /^\d+$/.test(symbol);
  const isOf = (suffix: string): boolean => isNumber && OF_NUMBERS.test(suffix) && /^\d{4,6}$/.test(symbol);
  const suffix = Object.hasOwn(COUNTRIES, letters) ? COUNTRIES[letters] : undefined;
  if (suffix !== undefined) return isOf(suffix) || !(isNumber || OF_NUMBERS.test(suffix)) ? suffix : null;
  const own = suffixOfPlace(letters, symbol);
  if (own === undefined || own === null || suffixOfVenue(letters) !== undefined) return undefined;
  return isOf(own) ? own : null;
}

function named(suffix: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, suffix]));
}
