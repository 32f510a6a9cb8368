import type { DayRange } from '../../core/day.ts';
import { normalize } from '../../core/ranges.ts';
import type { ActionsFooter } from './decode.ts';
import { list, pairOf, rangeOf } from './json.ts';
import { digestIn, ownEntry, VERSION } from './own-entry.ts';

/**
 * What is known of a ticker's corporate actions besides their rows, as the JSON that lies in the file: the ex-dates
 * that a provider answered for. It is what tells "no splits" from "nobody asked".
 */
export function encodeCovered(
  ticker: string,
  covered: readonly DayRange[],
  rows: number,
  digest: string,
): string {
  return JSON.stringify({ version: VERSION, ticker, covered: covered.map(pairOf), rows, digest });
}

/** The digest that a file states of its rows; undefined if it states none, or was written with other rows. */
export function statedActionsDigest(ticker: string, footer: ActionsFooter): string | undefined {
  const entry = ownEntry(footer.metadata, { ticker });
  return entry === undefined || entry['rows'] !== footer.rows ? undefined : digestIn(entry);
}

/**
 * The ex-dates that a file speaks of; none if its knowledge is missing, malformed, of another version, or belongs to
 * other rows than the file has. Throws `store-corrupt` if it is another ticker's.
 */
export function trustedCovered(ticker: string, footer: ActionsFooter): DayRange[] {
  const entry = ownEntry(footer.metadata, { ticker });
  if (entry === undefined || entry['rows'] !== footer.rows) return [];
  try {
    return normalize(list(entry['covered']).map(rangeOf));
  } catch {
    return [];
  }
}
