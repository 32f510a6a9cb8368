import { formatCount } from './table.ts';

/** Tickers that a line names. */
const NAMED = 5;

/** `AAPL, MSFT, IBM, GE, F and 284 more`: the first few of a list, and how many there are besides. */
export function named(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${formatCount(names.length - NAMED)} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
