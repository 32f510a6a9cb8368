import type { CopySums } from './sums.ts';

/** What became of a copy. */
export interface CopyReport {
  /** The stores, without their passwords. */
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  /** Whether both were read and hold the same: all that was meant, to the last column. */
  readonly isEqual: boolean;
  /** What was written. */
  readonly sent: CopySums;
  /**
   * What is to be written where nothing was, because it is a dry run, or because of `other`: series with bars or knowledge to
   * copy, and pieces: parts of these, splits and dividends of a ticker, replaced values of a series, documents.
   */
  readonly toSend: { readonly series: number; readonly pieces: number };
  /** What was found to be the same, as each of them was read. */
  readonly equal: { readonly from: CopySums; readonly to: CopySums };
  /** Of which the second store has what the first one never had: it stays as it is. */
  readonly other: readonly string[];
  /** What could not be read or written, with the store that it is about. */
  readonly failed: readonly CopyFailed[];
  /** What the first store went on changing while it was copied. */
  readonly restless: readonly string[];
  /** Tickers that were asked for by name and of which the first store has nothing. */
  readonly notFound: readonly string[];
}

/** What was not copied, with the store that it failed at and why. */
export interface CopyFailed {
  readonly what: string;
  readonly store: string;
  readonly reason: string;
}
