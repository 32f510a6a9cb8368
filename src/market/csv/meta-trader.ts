import type { FileName } from './name-said.ts';
import { isPair } from './ticker-name.ts';

// MetaTrader 4 names its files after a symbol and the minutes of its bars: `EURUSD60`, `AAPL1440`.

const NAMED = /^([A-Z][A-Z0-9]*?)(240|1440|10080|43200|[15]|15|30|60)$/i;

/** Minutes of bars that are stored. */
const STORED: ReadonlySet<string> = new Set(['1', '5', '15', '60', '1440']);

/** No index is of so many shares. */
const MANY = 200;

const METALS = /^(XAU|XAG|XPT|XPD)(USD|EUR|GBP|CHF|AUD|JPY)$/;

/** Indices of 30 or 60 shares. */
const INDEX =
  /^(US|USA|GER|GERMANY|DE|DAX|TECDAX|DJ|DJI|DOW|WS|WALLSTREET|WIG|VN|EGX|BIST|SENSEX|BSE|TOPIX|OMXS|MIB|TSX|SPTSX|CAN|MDAX)(30|60)$/;

/**
 * What a name of a symbol and minutes says; undefined where it is another one. Behind a symbol of one that is no pair up to 60
 * may be a part of it.
 */
export function ofMetaTrader(name: string): FileName | undefined {
  const [, symbol = '', minutes = ''] = NAMED.exec(name) ?? [];
  const upper = symbol.toUpperCase();
  const isOfPair = isPair(upper.slice(0, 3), upper.slice(3)) || METALS.test(upper);
  if (isOfPair || Number(minutes) >= MANY) return ofMinutes(symbol, minutes);
  const least = minutes.length === 1 ? 3 : 2;
  if (!/^[A-Z]+$/.test(upper) || upper.length < least || INDEX.test(name.toUpperCase())) return undefined;
  const reason = `its "${minutes}" may be the minutes of its bars; rename it as the ticker is written (${upper})`;
  return { kind: 'unknown', reason };
}

function ofMinutes(symbol: string, minutes: string): FileName {
  const reason = `its "${minutes}" says bars of so many minutes, which are not stored; remove it, or rename it`;
  if (!STORED.has(minutes)) return { kind: 'unknown', reason };
  const isCapital = symbol === symbol.toUpperCase();
  return isCapital ? { kind: 'ticker', ticker: symbol, isCrypto: false } : { kind: 'word', ticker: symbol };
}
