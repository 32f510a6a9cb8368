import { ofMetaTrader } from './meta-trader.ts';
import { besideFirst } from './beside-symbol.ts';
import type { FileName } from './name-said.ts';
import { isAbout, isDate, isOfWords, isWord, undated, withoutCopy } from './name-words.ts';
import { atPlace, inView, yearAtPlace } from './place-in-name.ts';
import { isPair, isReuters, pairOfBinance } from './ticker-name.ts';
import { isVenueAlone, suffixOfVenue } from './venues.ts';

/** No ticker without a suffix is longer. */
const LONGEST = 8;

/** A symbol, the length of its bars and a month or year, as HistData.com names its files, of which `DAT` is no symbol. */
const HIST_DATA = /^DAT_[A-Z]+_([A-Z]{3})([A-Z]{3})_/i;
/** A symbol, the length of its bars and a month or a day, as the files of Binance's archive are named. */
const BINANCE = /^([A-Z0-9]{4,})-\d+(?:mo|[smhdw])-\d{4}-\d{2}(?:-\d{2})?$/;
const TRADING_VIEW = /^(?<symbol>.+?), ?(\d+[A-Z]?|[SDWM])(_[0-9a-f]{5})?$/;
/** A symbol and which prices of it, as NinjaTrader names its files. */
const NINJA_TRADER = /^(?<symbol>.+)\.(?<prices>last|bid|ask)$/i;
const SHARE_CLASS = /^([A-Z]{1,5})_([ABC])$/;

/**
 * What a file's name without its endings says. Known are `AAPL`, `AAPL_data`, `AAPL-2015-2020`, `AAPL (1)`, `AAPL - Copy`,
 * Alpha Vantage's `daily_IBM` and `intraday_5min_IBM`, TradingView's `BATS_T, 1D`, `NYSE:NBL_data`, Stooq's `hd.us`,
 * Binance's `BTCUSDT-1m-2024-01` and `Binance_BTCUSDT_d`, MetaTrader's `EURUSD60`, HistData's `DAT_ASCII_EURUSD_M1_202401`.
 * A place before or behind a `_` ends the ticker (`SAP_DE`), or leaves it untold (`AIR_FR`). Else the ticker is the name up
 * to the first `_`, unless what stands behind that may be it rather (`D_AAPL`). Names that differ in their case alone are never read as two instruments.
 */
export function readFileName(stem: string): FileName {
  const first = withoutCopy(stem.trim());
  const [, ofBinance = ''] = BINANCE.exec(first) ?? [];
  const traded = pairOfBinance(ofBinance);
  if (traded !== undefined) return { kind: 'ticker', ticker: traded, isCrypto: true };
  const pair = /^([A-Z]{3})_([A-Z]{3,4})(?![A-Z0-9])/i.exec(first)?.slice(1).join('') ?? '';
  if (isPairNamed(pair)) return { kind: 'ticker', ticker: pair, isCrypto: true };
  const [, one = '', other = ''] = HIST_DATA.exec(first) ?? [];
  if (isPairNamed(one + other)) return { kind: 'ticker', ticker: one + other, isCrypto: false };
  if (one !== '')
    return { kind: 'unknown', reason: `its symbol "${one}${other}" is no pair of currencies; rename it` };
  const ninja = NINJA_TRADER.exec(first)?.groups;
  if (ninja !== undefined) return ofNinjaTrader(ninja['symbol'] ?? '', ninja['prices'] ?? '');
  const view = TRADING_VIEW.exec(first)?.groups?.['symbol'];
  const viewed = inView(view ?? first, view !== undefined);
  if (viewed !== undefined) return viewed;
  const parts = (view ?? first).split('_').filter((part) => part !== '');
  const marked = first.startsWith('_') && !isWord((parts[0] ?? '').toLowerCase()) ? parts[0] : undefined;
  if (marked !== undefined)
    return {
      kind: 'unknown',
      reason: `its first "_" may stand for "^"; rename it (^${marked}, or ${marked})`,
    };
  return inParts(parts) ?? ofSymbol(first, undated(parts[0] ?? ''));
}

/** What is said of a file of NinjaTrader's, whose times are the ends of their bars; its bids and asks are no trades. */
function ofNinjaTrader(symbol: string, prices: string): FileName {
  const what = `its ".${prices}" is NinjaTrader's, and no part of a ticker`;
  const way =
    prices.toLowerCase() === 'last'
      ? `rename it (${symbol}), and say --csv-stamps end, as its times are the ends of bars`
      : 'quotes are no bars of trades, export those (.Last)';
  return { kind: 'unknown', reason: `${what}: ${way}` };
}

function isPairNamed(name: string): boolean {
  const upper = name.toUpperCase();
  return isPair(upper.slice(0, 3), upper.slice(3));
}

/** What several parts say together, of which words that describe the file are taken from the front. */
function inParts(parts: string[]): FileName | undefined {
  const numbered = yearAtPlace(parts);
  if (numbered !== undefined) return numbered;
  while (parts.length > 1 && isWord(parts[0] ?? '') && parts.slice(1).some((part) => !isWord(part)))
    parts.shift();
  const [first = '', ...rest] = parts;
  const others = rest.filter((part) => !isWord(part.toLowerCase()));
  const told = ofNumber(parts) ?? ofClass(first, others) ?? atPlace(parts);
  // In capitals a word may be a ticker, but not where another name stands behind it: `DAILY_IBM`.
  const isHidden = isWord(first.toLowerCase()) && !/\d/.test(first) && others.some((part) => part.length > 1);
  return told ?? (isHidden ? { kind: 'word', ticker: first } : besideFirst(parts));
}

/** `BRK.B` of `BRK_B`, `BRK_B_data`; of one in small letters nobody knows what it is. */
function ofClass(first: string, [share = '', ...others]: readonly string[]): FileName | undefined {
  const name = `${undated(first)}_${undated(share)}`;
  const [, root = ''] = SHARE_CLASS.exec(name.toUpperCase()) ?? [];
  if (root === '' || isWord(root.toLowerCase()) || others.length > 0) return undefined;
  if (name === name.toUpperCase()) return { kind: 'ticker', ticker: name.replace('_', '.'), isCrypto: false };
  const reason = `its "_${share}" may be a class of shares; rename it (${name.toUpperCase().replace('_', '-')}, or ${root})`;
  return { kind: 'unknown', reason };
}

/** What is said of one symbol, as it is left of a name. */
function ofSymbol(name: string, written: string): FileName {
  // `Apple Stock Price History` is a company's.
  if (/^[A-Z][a-z]+ /.test(name)) return { kind: 'word', ticker: name };
  const special = isOfWords(written) ? undefined : (ofMetaTrader(written) ?? doubtful(written));
  if (special !== undefined) return special;
  const ticker = withoutVenue(written);
  // Written in small letters, or of words alone, it may be the name of anything, and a number or two that of a copy.
  const isLongWord = ticker.length > LONGEST && isOfWords(ticker);
  const isNoName = isDate(ticker) || isLongWord || isAbout(ticker) || /^\d{1,2}$/.test(ticker);
  const isSure = (ticker === ticker.toUpperCase() && !isNoName) || /\.(us|uk|jp|de|hk)$/.test(ticker);
  return isSure ? { kind: 'ticker', ticker, isCrypto: false } : { kind: 'word', ticker };
}

function doubtful(ticker: string): FileName | undefined {
  const upper = ticker.toUpperCase();
  if (isVenueAlone(upper))
    return { kind: 'unknown', reason: `its "${ticker}" is an exchange, and no ticker; rename it` };
  if (!isReuters(upper)) return undefined;
  const [root, code] = upper.split('.');
  const reason = `its ".${code}" is Reuters' code of an exchange, or a class of shares; rename it (${root}, or ${root}-${code})`;
  return { kind: 'unknown', reason };
}

/** `SAP.DE` of `SAP.XETRA`. */
function withoutVenue(ticker: string): string {
  const [, root = '', venue = ''] = /^([A-Z0-9-]+)\.([A-Z]{3,})$/i.exec(ticker) ?? [];
  const suffix = venue === '' ? undefined : suffixOfVenue(venue.toUpperCase());
  return suffix === undefined || suffix === null ? ticker : root + suffix;
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
