import type { Interval } from '../core/session/interval.ts';
import type { ForgetStep, ForgottenSeries, KnownBesides, Restored } from '../store/forgotten.ts';
import type { Scan } from '../store/scan.ts';
import type { NotFound } from './not-found.ts';
import type { DateRange } from './read-options.ts';

/** Which sessions `forget` removes, of which intervals. Default: all. */
export type ForgetRange = DateRange & { readonly intervals?: readonly Interval[] };

/** Who hears how `forget` and `restore` get on. */
export interface ForgetOptions {
  /** Is told after every series, or partition. */
  readonly onProgress?: (step: ForgetStep) => void;
}

/** What `forget` would remove. */
export interface Forgettable {
  /** Series of which something is known in the range. */
  readonly series: readonly ForgottenSeries[];
  /** Splits and dividends in force. */
  readonly actions: number;
}

/** What `forget` removed. */
export interface Forgotten extends KnownBesides {
  readonly rows: number;
  /** Splits and dividends in force. */
  readonly actions: number;
  /** By what `restore` brings it back; null if there was nothing. */
  readonly id: string | null;
  /** Tickers of which there was nothing to forget. */
  readonly notFound: readonly NotFound[];
  /** Partitions that could not be read and were moved to quarantine: they count as missing too. */
  readonly setAside: Scan['setAside'];
  /** Staged answers for whole markets of those sessions, which are gone too. Default: none. */
  readonly staged?: number;
}

/** What `restore` brought back. */
export interface BroughtBack extends Restored {
  /** A line for each rename by which it belongs to another ticker than it lies under, with what to do. */
  readonly elsewhere: readonly string[];
}
