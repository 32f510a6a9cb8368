import { pairOf } from '../../core/calendar/calendars.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import { BackfillError } from '../../core/errors.ts';

/** How a kind of share is spelt there and, as Yahoo has it, here: `ABR-P-D` is `ABR-PD`, `ACHR-WS` is `ACHR-WT`. */
const KINDS: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/^(.+)-P-([A-Z])$/, '$1-P$2'],
  [/^(.+)-WS$/, '$1-WT'],
];
const OTHER_WAY: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/^(.+)-P([A-Z])$/, '$1-P-$2'],
  [/^(.+)-WT$/, '$1-WS'],
];

/** Our ticker as Alpha Vantage spells it; class shares (`BRK-B`) and pairs stay as they are. */
export function symbolOf(ticker: string): string {
  return swapped(ticker);
}

/** Its symbol as our ticker. */
export function tickerOf(symbol: string): string {
  return swapped(symbol);
}

/** Both spellings change places, so that no two names of one side become the same on the other. */
function swapped(name: string): string {
  const [form, other] = [...KINDS, ...OTHER_WAY].find(([one]) => one.test(name)) ?? [];
  return form === undefined || other === undefined ? name : name.replace(form, other);
}

/** What a ticker is asked for by. */
export type Asked =
  | { readonly of: 'share'; readonly symbol: string }
  | { readonly of: 'currency' | 'crypto'; readonly base: string; readonly quote: string };

/** What a ticker is asked for by. Throws `unknown-ticker` for a pair that names no two currencies. */
export function askedBy(ticker: string): Asked {
  const kind = assetClassOf(ticker);
  if (kind === 'fx') return { of: 'currency', ...currenciesOf(ticker) };
  if (kind !== 'crypto') return { of: 'share', symbol: symbolOf(ticker) };
  const [base, quote] = pairOf(ticker);
  return { of: 'crypto', base, quote };
}

/** `JPY=X` is the dollar in yen. */
function currenciesOf(ticker: string): { readonly base: string; readonly quote: string } {
  const [, base = 'USD', quote] = /^([A-Z]{3})?([A-Z]{3})=X$/.exec(ticker) ?? [];
  if (quote !== undefined) return { base, quote };
  throw new BackfillError('unknown-ticker', `${ticker} names no two currencies, as EURUSD=X does`);
}
