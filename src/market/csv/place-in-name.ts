import { type FileName } from './name-said.ts';
import { isMinutes, isTag } from './beside-symbol.ts';
import { isDate, isWord, undated } from './name-words.ts';
import { isPair } from './ticker-name.ts';
import {
  CRYPTO_VENUES,
  CURRENCY_VENUES,
  OF_NUMBERS,
  suffixInFront,
  suffixOfPlace,
  suffixOfVenue,
} from './venues.ts';

// Where an instrument trades, as a part of a file's name before or behind its symbol, in capitals or not. What may be such a place,
// and is none that is sure, leaves the ticker untold: it is neither dropped nor taken for the ticker.

/** Symbols that a place may stand behind, with a class or a suffix of their own. */
const SYMBOL = /^[A-Z0-9]{1,8}([.-][A-Z0-9]{1,3})?$/;

/**
 * What the parts of a name between `_` say where one of them is, or may be, a place: `SAP.DE` of `SAP_DE`, `XETR_SAP` and
 * `SAP_2020_de`. Undefined where none is. `name` begins with no word that describes a file.
 */
export function atPlace(parts: readonly string[]): FileName | undefined {
  const [first = '', second, ...more] = parts.filter((part, i) => i === 0 || !isOther(part));
  if (second === undefined) return undefined;
  if (isUpToDate(parts)) return untold('_to', 'a place or a word');
  const isExchange = first.toUpperCase() === 'FX' && second.toUpperCase() === 'IDC';
  if (isExchange) return more[0] === undefined ? undefined : atVenue('FX', more[0]);
  return (
    beforeSymbol(first, second) ??
    behindSymbol(first, [second, ...more]) ??
    suffixBefore(first, [second, ...more])
  );
}

/** Whether a name says up to when its rows are, perhaps: `AAPL_to_2020`, and no `SHOP_TO_2015_2020`. */
function isUpToDate(parts: readonly string[]): boolean {
  const [next, after] = parts.slice(parts.findIndex((part, i) => i > 0 && /^to$/i.test(part)) + 1);
  return parts.slice(1).some((part) => /^to$/i.test(part)) && isDate(next ?? '') && !isDate(after ?? '');
}

/** Whether a part says how a file is made, and not of what. */
function isOther(part: string): boolean {
  return isWord(undated(part).toLowerCase());
}

/** `SAP.DE` of `XETR` and `SAP`; undefined where the first is no exchange. */
function beforeSymbol(first: string, symbol: string): FileName | undefined {
  const venue = first.toUpperCase();
  if (CRYPTO_VENUES.has(venue) || CURRENCY_VENUES.has(venue)) return atVenue(venue, undated(symbol));
  const suffix = suffixOfVenue(venue);
  if (suffix === undefined) return undefined;
  const name = undated(symbol).toUpperCase();
  // A short one in small letters may be a word: `six_months`.
  const isSure = (first === venue && symbol === symbol.toUpperCase()) || venue.length > 3;
  const isSymbol = SYMBOL.test(name) && !(suffix === '' && /^\d+$/.test(name));
  if (suffix === null || !isSure || !isSymbol) return untold(first, 'an exchange');
  const isCapital = first === venue && symbol === symbol.toUpperCase();
  return placed(name, suffix, isCapital) ?? untold(first, 'an exchange');
}

/** `SAP.DE` of `SAP` and `DE`; undefined where nothing behind the symbol is a place. */
function behindSymbol(symbol: string, rest: readonly string[]): FileName | undefined {
  const name = symbol.toUpperCase();
  if (isPair(name.slice(0, 3), name.slice(3)) || /USD[TC]$/.test(name)) return undefined;
  const places = rest.map((part) => suffixOfPlace(undated(part).toUpperCase(), name));
  const at = places.findIndex((place) => place !== undefined);
  const [suffix, written = ''] = [places[at], rest[at]];
  if (suffix === undefined) return undefined;
  const place = undated(written);
  // A letter in small may be any word's.
  const isSure = place === place.toUpperCase() || place.length > 1;
  if (suffix === null || !isSure || rest.length > 1 || !SYMBOL.test(name))
    return untold(`_${written}`, 'a place');
  const isCapital = symbol === name && place === place.toUpperCase();
  return placed(name, suffix, isCapital) ?? untold(`_${written}`, 'a place');
}

/**
 * `0700.HK` of `HK` and `0700`, `AAPL` of `US` and `AAPL`; untold where the first may be a ticker as well as a place and the next
 * one too. Undefined where the first is no place, or is the ticker before what says more of it (`F_Ford`).
 */
function suffixBefore(first: string, [symbol = '', ...more]: readonly string[]): FileName | undefined {
  const [place, name] = [first.toUpperCase(), undated(symbol).toUpperCase()];
  const suffix = suffixInFront(place, name);
  const isCapital = first === place && symbol === symbol.toUpperCase();
  const isMarked = first === place && !isCapital;
  if (suffix === undefined || isTag(symbol) || !SYMBOL.test(name)) return undefined;
  if (suffix === null) return isMarked ? undefined : untold(first, 'a place');
  // In small letters it may be any word: `us_tech`, `t_7203`.
  const isSure = isCapital || (/^\d+$/.test(name) && place.length > 1);
  const found = isSure && !isMinutes(name) && more.every(isTag) ? placed(name, suffix, isCapital) : undefined;
  return found ?? untold(first, 'a place');
}

/** A symbol with what its ticker ends in there; undefined where it ends in that of another place. */
function placed(symbol: string, suffix: string, isCapital: boolean): FileName | undefined {
  const own = /\.[A-Z]{2,3}$|\.[LTFV]$/.exec(symbol)?.[0];
  if (own !== undefined && own !== suffix) return undefined;
  const ticker = own === undefined ? symbol + suffix : symbol;
  return isCapital ? { kind: 'ticker', ticker, isCrypto: false } : { kind: 'word', ticker };
}

/**
 * What is said of a name that begins with a year, perhaps, and a place: 2020 is a share of Hong Kong's. Undefined of others.
 */
export function yearAtPlace([first = '', ...rest]: readonly string[]): FileName | undefined {
  const [place, ...more] = rest.filter((part) => !isOther(part));
  if (place === undefined || more.length > 0 || !/^\d{4}$/.test(first) || !isDate(first)) return undefined;
  const suffix = suffixOfPlace(undated(place).toUpperCase(), first);
  return suffix !== null && OF_NUMBERS.test(suffix ?? '') ? untold(first, 'a year or a symbol') : undefined;
}

/** `T` of `BATS_T, 1D`, `NBL` of `NYSE:NBL_data`; TradingView writes it always. Undefined where a name is of another form. */
export function inView(name: string, isView: boolean): FileName | undefined {
  const [, colon, afterColon] = /^([A-Za-z_]+):(.+)$/.exec(name) ?? [];
  if (colon !== undefined) return atVenue(colon.toUpperCase(), undated(afterColon?.split('_', 1)[0] ?? ''));
  const [, before = '', after = ''] = /^(FX_IDC|[A-Za-z]+)_([^_]+)/.exec(name) ?? [];
  return isView && before !== '' ? atVenue(before.toUpperCase(), undated(after)) : undefined;
}

function atVenue(venue: string, symbol: string): FileName {
  const isCrypto = CRYPTO_VENUES.has(venue);
  if (isCrypto || CURRENCY_VENUES.has(venue)) return { kind: 'ticker', ticker: symbol, isCrypto };
  const suffix = suffixOfVenue(venue) ?? null;
  if (suffix === null)
    return { kind: 'unknown', reason: `its exchange "${venue}" names no suffix of a ticker; rename it` };
  return { kind: 'ticker', ticker: `${symbol}${suffix}`, isCrypto };
}

function untold(part: string, what: string): FileName {
  return {
    kind: 'unknown',
    reason: `its "${part}" may be ${what}; rename it as the ticker is written (AIR.PA)`,
  };
}
