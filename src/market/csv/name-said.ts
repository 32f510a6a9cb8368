/** What a file's name says of the instrument. */
export type FileName =
  /** `ticker` as a user or vendor writes it; `isCrypto` where the name shows that it is a crypto pair. */
  | { readonly kind: 'ticker'; readonly ticker: string; readonly isCrypto: boolean }
  /** A name that may be a ticker, a word or an export's: look inside. */
  | { readonly kind: 'word'; readonly ticker: string }
  /** A name that names no instrument here, and why. */
  | { readonly kind: 'unknown'; readonly reason: string };
