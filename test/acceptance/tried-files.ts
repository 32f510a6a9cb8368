import { readdir } from 'node:fs/promises';
import { LONG_RUNS } from '../needs.ts';

/** Bars of all 499 files of the S&P 500's that can be. */
export const VALID_BARS = 611_520;

/**
 * Files of a folder of the S&P 500's that are tried where all take long: every fourth, and the two of which a row is refused; all in
 * the long form.
 */
export async function triedFiles(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).toSorted();
  return LONG_RUNS ? files : files.filter((file, i) => i % 4 === 0 || /^(AOS|CHD)_/.test(file));
}
