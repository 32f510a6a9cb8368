import type { Paging } from './pages.ts';

/** How large the answers of an endpoint are, about, in bytes, before a connection compresses them. Plain JSON. */
export interface AnswerBytes {
  /** What an answer has besides its rows. */
  readonly aRequest: number;
  readonly aRow: number;
  /** Length of its rows, as of `Paging`. Default: that of bars. */
  readonly rowMs?: Paging['rowMs'];
}

/** The same of an endpoint that answers for a whole market. Plain JSON. */
export interface MarketBytes {
  /** Of one session, all its pages together. */
  readonly aSession: number;
  /** Of a page of splits and dividends. Default 0. */
  readonly aPageOfActions?: number;
}
