import { type Calendar, hasActions } from '../calendar/calendar.ts';
import { calendarFor, isCryptoPair, isOptionContract } from '../calendar/calendars.ts';

/** What markets there are, by what a provider may serve, with how their tickers are written. */
const WRITTEN = {
  'us-shares': 'shares of the United States (AAPL, BRK-B)',
  'other-shares': 'shares of other exchanges (AIR.PA)',
  crypto: 'crypto pairs (BTC-USD)',
  fx: 'currencies (EURUSD=X)',
  indices: 'indices (^GSPC)',
  futures: 'futures (CL=F)',
  options: 'option contracts (AAPL251219C00200000)',
} as const;

export type AssetClass = keyof typeof WRITTEN;

export const ASSET_CLASSES = Object.keys(WRITTEN) as readonly AssetClass[];

/** The class of an instrument by the form of its canonical ticker. */
export function assetClassOf(ticker: string): AssetClass {
  if (ticker.endsWith('=X')) return 'fx';
  if (ticker.endsWith('=F')) return 'futures';
  if (ticker.startsWith('^')) return 'indices';
  if (isCryptoPair(ticker)) return 'crypto';
  if (isOptionContract(ticker)) return 'options';
  return calendarFor(ticker).id === 'XNYS' ? 'us-shares' : 'other-shares';
}

/** Classes of which nothing is split and nothing pays a dividend, though they trade on an exchange. */
const WITHOUT_ACTIONS: ReadonlySet<AssetClass> = new Set(['indices', 'options']);

/** Whether an instrument that trades on a calendar can have splits and dividends of its own. */
export function mayHaveActions(ticker: string, calendar: Calendar = calendarFor(ticker)): boolean {
  return hasActions(calendar) && !WITHOUT_ACTIONS.has(assetClassOf(ticker));
}

/**
 * Classes in words: `shares of the United States (AAPL, BRK-B) and crypto pairs (BTC-USD)`; `quote`: what pairs are mostly
 * quoted in.
 */
export function assetClassesText(classes: readonly AssetClass[], quote = 'USD'): string {
  const words = classes.map((one) => WRITTEN[one].replace('BTC-USD', `BTC-${quote}`));
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' and ');
}
