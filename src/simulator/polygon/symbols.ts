import { calendarById, isCryptoPair, isOptionContract } from '../../core/calendar/calendars.ts';
import type { Listing } from '../../market/market.ts';

/** What its reference data parts instruments by. */
export type MarketName = 'stocks' | 'otc' | 'crypto' | 'fx' | 'indices' | 'options';

const PREFIXES: readonly (readonly [market: MarketName, prefix: string])[] = [
  ['crypto', 'X:'],
  ['fx', 'C:'],
  ['indices', 'I:'],
  ['options', 'O:'],
];

/** What crypto is quoted in: between the two names of a pair stands no sign. */
const QUOTE = /(USDT|USDC|USD|EUR|GBP|JPY|BTC|ETH)$/;

/** How kinds of shares are spelt behind a company's symbol, and in a market's tickers. */
const KINDS: readonly (readonly [theirs: RegExp, asOurs: string, ours: RegExp, asTheirs: string])[] = [
  [/p([A-Z]?)$/, '-P$1', /-P([A-Z]?)$/, 'p$1'],
  [/\.WS$/, '-WT', /-WT$/, '.WS'],
  [/\.WS\.([A-Z])$/, '-WT$1', /-WT([A-Z])$/, '.WS.$1'],
  [/\.U$/, '-UN', /-UN$/, '.U'],
  [/r$/, '-RI', /-RI$/, 'r'],
  [/w$/, '-WI', /-WI$/, 'w'],
  [/\./, '-', /-/, '.'],
];

const INDICES: readonly (readonly [theirs: string, ours: string])[] = [
  ['SPX', 'GSPC'],
  ['COMP', 'IXIC'],
];

/** Which market an instrument is listed in; undefined for one of another country. */
export function marketNameOf({
  ticker,
  calendar,
  exchange,
}: Pick<Listing, 'ticker' | 'calendar' | 'exchange'>): MarketName | undefined {
  if (ticker.endsWith('=X')) return 'fx';
  if (ticker.startsWith('^')) return 'indices';
  if (isCryptoPair(ticker)) return 'crypto';
  if (isOptionContract(ticker)) return 'options';
  if (calendarById(calendar).id !== 'XNYS') return undefined;
  return exchange === 'OTC' ? 'otc' : 'stocks';
}

/** The market's ticker of a symbol. */
export function tickerIn(symbol: string): string {
  const name = symbol.slice(2);
  const market = PREFIXES.find(([, prefix]) => symbol.startsWith(prefix))?.[0];
  if (market === 'crypto') return name.replace(QUOTE, '-$1');
  if (market === 'fx') return `${name}=X`;
  if (market === 'indices') return `^${INDICES.find(([theirs]) => theirs === name)?.[1] ?? name}`;
  if (market === 'options') return name;
  const [pattern, ours] = KINDS.find(([theirs]) => theirs.test(symbol)) ?? ['', ''];
  return symbol.replace(pattern, ours);
}

/** The symbol of an instrument of the market. */
export function symbolIn(ticker: string): string {
  if (ticker.endsWith('=X')) return `C:${ticker.slice(0, -2)}`;
  if (ticker.startsWith('^')) {
    const name = ticker.slice(1);
    return `I:${INDICES.find(([, ours]) => ours === name)?.[0] ?? name}`;
  }
  if (isCryptoPair(ticker)) return `X:${ticker.replace('-', '')}`;
  if (isOptionContract(ticker)) return `O:${ticker}`;
  const [, , pattern, theirs] = KINDS.find(([, , ours]) => ours.test(ticker)) ?? [];
  return pattern === undefined || theirs === undefined ? ticker : ticker.replace(pattern, theirs);
}
