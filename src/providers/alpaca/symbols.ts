import { isCryptoPair } from '../../core/calendar/calendars.ts';

/** Kinds of shares, as our tickers and Alpaca's symbols write them behind the company's. */
const KINDS: readonly (readonly [ours: RegExp, theirs: RegExp])[] = [
  // A preferred share, and its series: BAC-PL is BAC.PRL.
  [/^([A-Z]+)-P([A-Z]?)$/, /^([A-Z]+)\.PR([A-Z]?)$/],
  // Warrants: ACHR-WT is ACHR.WS, and their series.
  [/^([A-Z]+)-WT$/, /^([A-Z]+)\.WS$/],
  [/^([A-Z]+)-WT([A-Z])$/, /^([A-Z]+)\.WS\.([A-Z])$/],
  // Units of shares and warrants, and rights.
  [/^([A-Z]+)-UN$/, /^([A-Z]+)\.U$/],
  [/^([A-Z]+)-RI$/, /^([A-Z]+)\.RT$/],
];

const WRITTEN = {
  symbols: ['$1.PR$2', '$1.WS', '$1.WS.$2', '$1.U', '$1.RT'],
  tickers: ['$1-P$2', '$1-WT', '$1-WT$2', '$1-UN', '$1-RI'],
} as const;

/** Signs of our tickers that mean something else in symbols, or nothing: what has them Alpaca does not serve. */
const OTHER_SIGNS: Readonly<Record<string, string>> = { '.': ':', '-': '.' };
const OWN_SIGNS: Readonly<Record<string, string>> = { ':': '.', '.': '-', '~': '-' };

/**
 * Our ticker as Alpaca writes it: `BRK-B` is `BRK.B`, `BTC-USD` is `BTC/USD`, `BAC-PL` is `BAC.PRL`. Every other one becomes a
 * symbol that there is not, each another one, so that `tickerOf` leads back.
 */
export function symbolOf(ticker: string): string {
  if (isCryptoPair(ticker)) return ticker.replace('-', '/');
  const kind = KINDS.findIndex(([ours]) => ours.test(ticker));
  if (kind >= 0) return rewritten(ticker, kind, 'symbols');
  const plain = ticker.replaceAll(/[.-]/g, (sign) => OTHER_SIGNS[sign] ?? sign);
  // Would be read as another kind: our XYZ-WS is not their XYZ.WS, which is XYZ-WT.
  return KINDS.some(([, theirs]) => theirs.test(plain)) ? plain.replaceAll('.', '~') : plain;
}

/** Inverse of `symbolOf`. */
export function tickerOf(symbol: string): string {
  if (symbol.includes('/')) return symbol.replace('/', '-');
  const kind = KINDS.findIndex(([, theirs]) => theirs.test(symbol));
  if (kind >= 0) return rewritten(symbol, kind, 'tickers');
  return symbol.replaceAll(/[:.~]/g, (sign) => OWN_SIGNS[sign] ?? sign);
}

function rewritten(name: string, kind: number, as: keyof typeof WRITTEN): string {
  const [ours, theirs] = KINDS[kind] as (typeof KINDS)[number];
  return name.replace(as === 'symbols' ? ours : theirs, WRITTEN[as][kind] ?? name);
}
