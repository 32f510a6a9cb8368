import type { Identity } from '../bars/bars.ts';
import { type Day, formatDay } from '../session/day.ts';
import { BackfillError } from '../errors.ts';
import { mayBeSameCurrency } from '../currency.ts';

/** Vendors differ by some days about when an instrument was listed. */
const LISTING_SHIFT_DAYS = 10;

/** What an instrument can be. Another word is some vendor's own, and proves nothing against ours. */
const TYPES: ReadonlySet<string> = new Set([
  'equity',
  'etf',
  'fund',
  'index',
  'crypto',
  'fx',
  'future',
  'other',
]);

/**
 * Why what a provider says of a ticker is not the instrument that is stored under it, in words for the user; null if it
 * may well be. `firstBar` is the first session with a stored bar. `namedSince` is the day since which the instrument has
 * the ticker, where it had another one before: a provider may take that for its first trade.
 *
 * A currency changed (pence are not pounds), or the type, or the first trade is more than ten days later than it can
 * be. An earlier one is more history. Listings move from exchange to exchange: that says nothing.
 */
export function identityConflict(
  known: Identity,
  said: Identity,
  firstBar: Day | null,
  namedSince: Day | null = null,
): string | null {
  const changes = [
    typeChange(known.type, said.type),
    currencyChange(known.currency, said.currency),
    listingChange({ known: known.firstTrade, said: said.firstTrade, firstBar, namedSince }),
  ].filter((change) => change !== null);
  return changes.length === 0 ? null : changes.join(', ');
}

/** The error that stops a series, one line with what to do. `saidIn`: the file that says so, where it is one. */
export function identityError(ticker: string, conflict: string, saidIn?: string): BackfillError {
  const where = saidIn === undefined ? '' : ` (${saidIn})`;
  const message =
    `${ticker} is another instrument than the one stored: ${conflict}${where}; nothing is stored. ` +
    `If ${ticker} was renamed: backfill rename ${ticker} NEW --on DATE; ` +
    `if the stored bars may go: backfill forget ${ticker}`;
  return new BackfillError('identity-changed', message, { ticker });
}

function typeChange(known: string | null, said: string | null): string | null {
  if (known === null || said === null || known === said) return null;
  return TYPES.has(known) && TYPES.has(said) ? `it was ${known}, now ${said}` : null;
}

/** Another currency than the known one, in words; null where it may be the same. */
export function currencyChange(known: string | null, said: string | null): string | null {
  if (known === null || said === null || mayBeSameCurrency(known, said)) return null;
  return `its currency was ${known}, now ${said}`;
}

function listingChange(listing: {
  known: Day | null;
  said: Day | null;
  firstBar: Day | null;
  namedSince: Day | null;
}): string | null {
  const { known, said, firstBar } = listing;
  if (said === null) return null;
  const namedSince = listing.namedSince ?? Number.NEGATIVE_INFINITY;
  const isTooLate = (since: Day | null): since is Day =>
    since !== null && said > Math.max(since, namedSince) + LISTING_SHIFT_DAYS;
  if (isTooLate(known)) return `its first trade was ${formatDay(known)}, now ${formatDay(said)}`;
  if (isTooLate(firstBar))
    return `it has bars since ${formatDay(firstBar)}, now its first trade is ${formatDay(said)}`;
  return null;
}
