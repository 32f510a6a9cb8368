import type { AssetClass } from '../instrument/asset-class.ts';
import type { Day } from '../session/day.ts';
import type { Paging } from './pages.ts';

/** How large the answers of an endpoint are, about, in bytes, before a connection compresses them. Plain JSON. */
export interface AnswerBytes {
  /** What an answer has besides its rows. */
  readonly aRequest: number;
  readonly aRow: number;
  /** Length of its rows, as of `Paging`. Default: that of bars. */
  readonly rowMs?: Paging['rowMs'];
  /**
   * Where an answer has more than the days that it is asked for: `months`, all that these lie in, or what it has of each class;
   * of one that is not there it has those days. Default: of all of them.
   */
  readonly whole?: 'months' | Readonly<Partial<Record<AssetClass, WholeAnswer>>>;
  /**
   * Where each session lies in a file with all that there is of a class: the size of one, packed as it is. Rows do not count
   * then, and of a class that is not there nobody knows. Default: nowhere.
   */
  readonly aFile?: Readonly<Partial<Record<AssetClass, number>>>;
}

/** An answer with all rows of a series, or its newest. */
export interface WholeAnswer {
  readonly aRow: number;
  /** How many it has. */
  readonly newest: number;
  /** All of the sessions since a day instead, where more than so many are asked for up to now. Default: never. */
  readonly all?: { readonly since: Day; readonly beyond: number };
}

/** The same of an endpoint that answers for a whole market. Plain JSON. */
export interface MarketBytes {
  /** Of one session, all its pages together. */
  readonly aSession: number;
  /** The same of sessions that ended so long ago, in ms, where these come from elsewhere. Default: from nowhere else. */
  readonly older?: { readonly afterMs: number; readonly aSession: number };
  /** Of a page of splits and dividends. Default 0. */
  readonly aPageOfActions?: number;
}
