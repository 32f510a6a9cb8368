import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { pairOf } from '../../core/calendar/calendars.ts';
import { type ShareKind, WARRANTS_AND_UNITS, shareSpelling } from '../share-symbols.ts';

/** Kinds of shares. Sources: its lists of tickers (`GSpJ`, `ACHR.WS`); rights and shares when issued after the same pattern. */
const KINDS: readonly ShareKind[] = [
  // A preferred share, and its series: BAC-PL is BACpL.
  { ours: /^([A-Z]+)-P([A-Z]?)$/, theirs: /^([A-Z]+)p([A-Z]?)$/, asTheirs: '$1p$2', asOurs: '$1-P$2' },
  ...WARRANTS_AND_UNITS,
  // Rights, and shares when issued.
  { ours: /^([A-Z]+)-RI$/, theirs: /^([A-Z]+)r$/, asTheirs: '$1r', asOurs: '$1-RI' },
  { ours: /^([A-Z]+)-WI$/, theirs: /^([A-Z]+)w$/, asTheirs: '$1w', asOurs: '$1-WI' },
];

const SHARES = shareSpelling(KINDS, '@');

/**
 * What crypto pairs are quoted in, the commonest first. None ends like another, so that a symbol, which has no sign between the two,
 * is parted in one way.
 */
export const QUOTES: readonly string[] =
  'USD EUR GBP JPY AUD CAD CHF INR KRW CNY HKD TRY BRL MXN ARS ZAR CZK COP USDT USDC BTC ETH'.split(' ');

const PAIR = new RegExp(`^([A-Z0-9]+)(${QUOTES.join('|')})$`);

const PREFIXES = { crypto: 'X:', fx: 'C:', indices: 'I:', options: 'O:' } as const;

/** Indices that have another name there than on Yahoo, as whose our tickers are spelt. */
const INDEX_NAMES: readonly (readonly [ours: string, theirs: string])[] = [
  ['GSPC', 'SPX'],
  ['IXIC', 'COMP'],
];

/**
 * Our ticker as Polygon writes it: `BRK-B` is `BRK.B`, `BTC-USD` is `X:BTCUSD`, `EURUSD=X` is `C:EURUSD`, `^GSPC` is `I:SPX`, an
 * option contract has `O:` before it. Every other one becomes a symbol that there is not, each another one, so that `tickerOf`
 * leads back.
 */
export function symbolOf(ticker: string): string {
  const kind = assetClassOf(ticker);
  if (kind === 'crypto') return PREFIXES.crypto + pairSymbol(ticker);
  if (kind === 'fx') return PREFIXES.fx + ticker.slice(0, -'=X'.length);
  if (kind === 'indices') return PREFIXES.indices + renamedIndex(ticker.slice(1));
  return kind === 'options' ? PREFIXES.options + ticker : SHARES.symbolOf(ticker);
}

/** Inverse of `symbolOf`. */
export function tickerOf(symbol: string): string {
  const name = symbol.slice('X:'.length);
  if (symbol.startsWith(PREFIXES.crypto)) return name.replace(PAIR, '$1-$2');
  if (symbol.startsWith(PREFIXES.fx)) return `${name}=X`;
  if (symbol.startsWith(PREFIXES.indices)) return `^${renamedIndex(name)}`;
  if (symbol.startsWith(PREFIXES.options)) return name;
  return SHARES.tickerOf(symbol);
}

/** More symbols than this are those of no market. */
const MOST_REMEMBERED = 100_000;

/**
 * Gives the ticker of a share by its symbol, undefined where no ticker of one stands for that. What it found is remembered: every
 * session of a market names the same thousands.
 */
export function openShares(): (symbol: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (symbol) => {
    if (known.has(symbol)) return known.get(symbol);
    const ticker = tickerOf(symbol);
    const isShare = assetClassOf(ticker) === 'us-shares' && symbolOf(ticker) === symbol;
    if (known.size === MOST_REMEMBERED) known.clear();
    known.set(symbol, isShare ? ticker : undefined);
    return isShare ? ticker : undefined;
  };
}

/** What a ticker is asked for by: `JPY=X` is the dollar in yen. */
export function askedSymbol(ticker: string): string {
  const symbol = symbolOf(ticker);
  return /^C:[A-Z]{3}$/.test(symbol) ? symbol.replace(':', ':USD') : symbol;
}

/** One that is quoted in something else keeps its dash: there is none. */
function pairSymbol(ticker: string): string {
  const [base, quote] = pairOf(ticker);
  return QUOTES.includes(quote) ? `${base}${quote}` : ticker;
}

/** Both names change places, so that no two of one side become the same on the other. */
function renamedIndex(name: string): string {
  for (const [ours, theirs] of INDEX_NAMES) {
    if (name === ours) return theirs;
    if (name === theirs) return ours;
  }
  return name;
}
