import type { Series } from '../core/bars/bars.ts';
import type { RecordedBar } from '../core/bars/recorded.ts';

/** A document that is not as it was written. */
export interface DamagedRecord {
  /** Relative to the store's root. */
  readonly path: string;
  readonly reason: string;
  /**
   * The bars that it held, by its text. Nothing else of them is believed. No entry: by what is left of it nobody can tell, or not
   * of all.
   */
  readonly named?: readonly { readonly series: Series; readonly ts: number }[];
}

export function isDamagedRecord(document: readonly RecordedBar[] | DamagedRecord): document is DamagedRecord {
  return 'reason' in document;
}

/**
 * Live bars as recorders emitted them, until whoever writes the store has held them against final ones. They lie in documents
 * of many bars, each of which is written once and never changed, so that recorders and a writer need not know of each other.
 * Nobody needs a right to write here.
 */
export interface LiveRecord {
  /** Keeps bars as a document of a name that nobody has used, durably when it resolves. Their values are kept bit for bit. */
  keep(name: string, bars: readonly RecordedBar[]): Promise<void>;
  /** Names of the documents, ascending. */
  list(): Promise<readonly string[]>;
  /** Whether a document lies there. */
  has(name: string): Promise<boolean>;
  /** The bars of a document, in their order; undefined: it is not there. */
  read(name: string): Promise<readonly RecordedBar[] | DamagedRecord | undefined>;
  /** Lets go of a document; of one that is not there too. */
  drop(name: string): Promise<void>;
  /** Moves a document to quarantine that is not as it was written. Only for the one writer. */
  setAside(name: string): Promise<void>;
}
