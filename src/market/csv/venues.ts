import { isExchangeSuffix } from '../../core/calendar/calendars.ts';

/** Exchanges as TradingView and others write them before or behind a symbol, and MICs, with what the ticker ends in here. */
export const EXCHANGES: Readonly<Record<string, string>> = {
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

/** Countries whose letters are no suffix. */
const COUNTRIES: Readonly<Record<string, string>> = { US: '', USA: '', UK: '.L', JP: '.T' };

/** Letters that are a country's, or a word's, and no suffix or another one's: `CA` is Cairo's, and Canada. */
const DOUBTFUL: ReadonlySet<string> = new Set(
  (
    'AR AT AU BA BE BR CA CH CL CN CO CZ DK EG ES FI FR GB GER GR HA HU ID IE IL IN IS IT KR MY NL NO PE PH PL PR PT ' +
    'RU SA SE SG TH TR VN ZA'
  ).split(' '),
);

/**
 * What a ticker ends in whose name goes on with these letters, in capitals, behind a `_`: `.DE` for `DE` and `XETRA`, nothing for `US`; null where
 * they may be a place, but nobody knows which suffix that is; undefined where they are none.
 */
export function suffixOfPlace(letters: string): string | null | undefined {
  if (Object.hasOwn(COUNTRIES, letters)) return COUNTRIES[letters];
  if (Object.hasOwn(EXCHANGES, letters)) return EXCHANGES[letters];
  if (DOUBTFUL.has(letters)) return null;
  return isExchangeSuffix(letters) ? `.${letters}` : undefined;
}

function named(suffix: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, suffix]));
}
