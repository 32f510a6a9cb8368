import type { Series } from '../core/bars/bars.ts';

/** A series that was left out, and why. */
export interface NotExported {
  readonly series: Series;
  readonly reason: string;
}

/** What an export wrote, and what it could not. */
export interface Exported {
  readonly rows: number;
  /** Those with a bar in the range. Where there is none, no file is written. */
  readonly series: number;
  readonly failures: readonly NotExported[];
  /** What is odd about the dividends that bars were adjusted for, a line each. */
  readonly doubts: readonly string[];
}
