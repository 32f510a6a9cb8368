import type { ActionBook } from '../core/actions/action-book.ts';
import type { Identity, Revision, Series } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import type { TopUps } from './scan.ts';

/**
 * Where a piece of what a store holds lies, whatever the store is made of.
 * `bars`: a part of a series with what is known of it: of daily bars all, of minutes a month (`2026-11`), of others a year.
 * `revisions`: all of a series. `actions`: all that is known of a ticker's splits and dividends. `document`: renames, universes,
 * the portfolio, records and notes of runs, rejected rows, what was forgotten: with the path that it has in a folder.
 */
export type Place =
  | { readonly is: 'bars'; readonly series: Series; readonly period: string }
  | { readonly is: 'revisions'; readonly series: Series }
  | { readonly is: 'actions'; readonly ticker: string }
  | { readonly is: 'document'; readonly path: string };

/** A place at which something lies. */
export interface Listed {
  readonly place: Place;
  /** Another one for any other content, as long as nobody but the store's writer touches it. Only compared. */
  readonly version: string;
}

/** What is known of a part of a series beside its bars. */
export interface PartKnowledge {
  /** Calendar id that the coverage was made with. */
  readonly calendar: string;
  readonly coverage: Coverage;
  readonly identity: Identity;
  /** Last time an answer was committed, ms since the epoch; null if only ever rebuilt from rows. */
  readonly fetchedAt: number | null;
  readonly topUps?: TopUps;
}

/** What lies at a place, whole. */
export type Held =
  | (Extract<Place, { is: 'bars' }> & { readonly bars: StoredBars; readonly known: PartKnowledge })
  | (Extract<Place, { is: 'revisions' }> & { readonly revisions: readonly Revision[] })
  | (Extract<Place, { is: 'actions' }> & { readonly book: ActionBook })
  | (Extract<Place, { is: 'document' }> & { readonly bytes: Uint8Array });

/** What comes to lie at a place. */
export interface HeldWrite {
  readonly held: Held;
  /** What lies there, as it was read; undefined for nothing. */
  readonly before: Held | undefined;
}

/** Of a store into which another one is being copied: from where, until all of it is there. */
export interface CopyNote {
  /** The store that is copied, for people and to be compared: no secret is in it. */
  readonly from: string;
  /** Of this attempt alone. */
  readonly id: string;
  /** Whether anything was written. */
  readonly isBegun: boolean;
  /** Of some tickers alone. */
  readonly isPartial: boolean;
}

/**
 * All that a store holds, piece by piece, for who moves it into another one. Writing is for the store's writer.
 * Errors: as of the store.
 */
export interface Holdings {
  /** Where something lies; documents in an order in which they can be written. `tickers`: theirs alone, and no document. Default: all. */
  list(tickers?: readonly string[]): Promise<readonly Listed[]>;
  /** What lies at a place; undefined for nothing. Throws `store-corrupt` for what is damaged, which stays where it is. */
  read(place: Place): Promise<Held | undefined>;
  /**
   * Puts these in place of what lies there, no two of one place, many in a transaction where the store has them: each is old or
   * new, and durable once this returns. It may be done again.
   */
  write(writes: readonly HeldWrite[]): Promise<void>;
  /** Removes a document, if it is there. */
  removeDocument(path: string): Promise<void>;
  readNote(): Promise<CopyNote | undefined>;
  putNote(note: CopyNote): Promise<void>;
  removeNote(): Promise<void>;
}

/** The place alone, without what lies there. */
export function placeOf(place: Place): Place {
  if (place.is === 'bars') return { is: 'bars', series: place.series, period: place.period };
  if (place.is === 'revisions') return { is: 'revisions', series: place.series };
  return place.is === 'actions'
    ? { is: 'actions', ticker: place.ticker }
    : { is: 'document', path: place.path };
}

/** Tells a place from all others; in words. */
export function placeKey(place: Place): string {
  if (place.is === 'bars') return `${place.series.ticker} ${place.series.interval} ${place.period}`;
  if (place.is === 'revisions') return `replaced values of ${place.series.ticker} ${place.series.interval}`;
  return place.is === 'actions' ? `splits and dividends of ${place.ticker}` : place.path;
}
