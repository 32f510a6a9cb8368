import { readdir } from 'node:fs/promises';
import { LONG_RUNS } from '../needs.ts';

/** Bars of all 499 files of the S&P 500's that can be. */
export const VALID_BARS = 611_520;

/** Of which a row is refused. */
const REFUSED = ['AOS', 'CHD'];

/**
 * Files of a folder of the S&P 500's that are tried: one of so many, and those of `tickers` and the two of which a row is refused
 * besides; all in the long form.
 */
export async function triedFiles(
  folder: string,
  oneOf: number,
  tickers: readonly string[] = [],
): Promise<readonly string[]> {
  const files = (await readdir(folder)).toSorted();
  const named = new Set([...REFUSED, ...tickers].map((ticker) => `${ticker}_data.csv`));
  return LONG_RUNS ? files : files.filter((file, i) => i % oneOf === 0 || named.has(file));
}
