import { isCryptoPair } from '../../core/calendar/calendars.ts';
import { type ShareKind, WARRANTS_AND_UNITS, shareSpelling } from '../share-symbols.ts';

const KINDS: readonly ShareKind[] = [
  // A preferred share, and its series: BAC-PL is BAC.PRL.
  {
    ours: /^([A-Z]+)-P([A-Z]?)$/,
    theirs: /^([A-Z]+)\.PR([A-Z]?)$/,
    asTheirs: '$1.PR$2',
    asOurs: '$1-P$2',
  },
  ...WARRANTS_AND_UNITS,
  // Rights.
  { ours: /^([A-Z]+)-RI$/, theirs: /^([A-Z]+)\.RT$/, asTheirs: '$1.RT', asOurs: '$1-RI' },
];

const SHARES = shareSpelling(KINDS, ':');

/**
 * Our ticker as Alpaca writes it: `BRK-B` is `BRK.B`, `BTC-USD` is `BTC/USD`, `BAC-PL` is `BAC.PRL`. Every other one becomes a
 * symbol that there is not, each another one, so that `tickerOf` leads back.
 */
export function symbolOf(ticker: string): string {
  return isCryptoPair(ticker) ? ticker.replace('-', '/') : SHARES.symbolOf(ticker);
}

/** Inverse of `symbolOf`. */
export function tickerOf(symbol: string): string {
  return symbol.includes('/') ? symbol.replace('/', '-') : SHARES.tickerOf(symbol);
}
