import type { CrossSection } from '../core/bars/cross-section.ts';
import type { Slice } from '../core/plan/slice.ts';

/** An answer for a whole market that lies in a store until the series that it is of have taken it in. */
export interface StagedSlice extends Slice {
  /** Who gave it: answers of two sources for one session lie side by side. Letters, digits and `-`. */
  readonly source: string;
  /** When it was asked for, ms since the epoch. Of two answers of a source for one session the later is read. */
  readonly fetchedAt: number;
  /** For whom it was asked for, see `listWanted`: they may still want it. Digits, `a`-`f` and `-`. Default: for nobody known. */
  readonly list?: string;
}

/** What such an answer has of some tickers, of which it says the same besides their bars. */
export interface StagedGroup extends CrossSection {
  /** What else it says of each. JSON-ready. */
  readonly said: object;
}

/** A part of an answer. */
export interface StagedPart {
  /** Until when it knows of the market, ms since the epoch. */
  readonly asOf: number;
  /** Tickers of which all of the answer has a bar; one that came in several pieces counts in each. */
  readonly tickers: number;
  /** In the order in which they came. A ticker that came in several pieces is in as many of them. */
  readonly groups: readonly StagedGroup[];
}

/** Whether an answer is as it was written. */
export type StagedState =
  | { readonly is: 'whole' }
  /** As an earlier version writes it, which nothing is taken from. */
  | { readonly is: 'earlier' }
  /** `path`: relative to the store's root. */
  | { readonly is: 'damaged'; readonly path: string; readonly reason: string };

/** An answer that is not as it was written. */
export interface DamagedAnswer {
  readonly slice: StagedSlice;
  /** Relative to the store's root. */
  readonly path: string;
  readonly reason: string;
}

/** Takes an answer piece by piece, so that nobody need hold all of it. */
export interface StagedPieces {
  /** More of it. Of a piece each ticker is in one group. One piece after the other. */
  readonly add: (groups: readonly StagedGroup[]) => Promise<void>;
  /** What came so far is no part of it. */
  readonly restart: () => void;
}

/**
 * Answers for whole markets on their way into series: one file a request, whole and durable or not there. What lies in
 * it is no part of what the store knows. Writing is for a process that has the right to write the store.
 */
export interface Staging {
  /** Those that lie there, ascending by interval, session and age. */
  list(): Promise<readonly StagedSlice[]>;
  /** `give` gives until when the answer knows of the market; if it rejects nothing is put there, and so does this. */
  put(slice: StagedSlice, give: (pieces: StagedPieces) => Promise<number>): Promise<void>;
  /**
   * The tickers of one bucket, see `bucketOf`; undefined if the answer is not there. Throws `store-corrupt` if that part of
   * it is not as it was written.
   */
  read(slice: StagedSlice, bucket: number): Promise<StagedPart | undefined>;
  /** Reads all of an answer. What it says of one that is not there is `whole`: whoever reads it finds out. */
  examine(slice: StagedSlice): Promise<StagedState>;
  /** Moves answers that are damaged to quarantine. */
  setAside(slices: readonly StagedSlice[]): Promise<void>;
  /** Removes answers, be they there or not. */
  remove(slices: readonly StagedSlice[]): Promise<void>;
}
