import type { ErrorCode, FetchedRow } from '../provider.ts';

/** What a fetcher says of itself. */
export interface FetcherSettings {
  readonly id: string;
  readonly maxRows: number;
}

/** What worker threads are told: rows whose `ts` is in ms, or why there are none. */
export type Told =
  | { readonly rows: readonly FetchedRow[] }
  | { readonly code: ErrorCode; readonly message: string };
