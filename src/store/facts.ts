/** What a store is, whatever lies in it. */
export interface StoreFacts {
  /** Of all its files. */
  readonly bytes: number;
  /** Who is writing it, as far as can be told without being in his way; null: nobody. */
  readonly writer: StoreWriter | null;
}

/** The holder of a store's lock, by his own words. */
export interface StoreWriter {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** ms since the epoch. */
  readonly since: number;
}
