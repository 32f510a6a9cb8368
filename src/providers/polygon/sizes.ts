// How large its answers and its files are, in bytes.

import type { AnswerBytes, MarketBytes } from '../../core/plan/answer-bytes.ts';

/** A row is eight values by name, which are shorter numbers in minutes; in that of a market there is the ticker too. */
export const DAY_BYTES: AnswerBytes = { aRequest: 180, aRow: 97 };
export const MINUTE_BYTES: AnswerBytes = { aRequest: 180, aRow: 90 };
const MARKET_ROW_BYTES = 102;

/** Shares and funds that trade on a day. Source: the files of days since 2003 have 64 million rows in 5,657 sessions. */
export const SHARES = 11_000;

/** A page of a thousand dividends, which are most of the lists. */
const PAGE_OF_ACTIONS = 1000 * 200;

/** Bars of all shares in one session, over the API. */
export const MARKET_BYTES: MarketBytes = {
  aSession: SHARES * MARKET_ROW_BYTES,
  aPageOfActions: PAGE_OF_ACTIONS,
};

type FilesOf = 'days' | 'minutes' | 'trades';

/** Rows of a session. Source: of minutes and trades, the files of 2024-06-03 with 1.52 and 80.6 million. */
const ROWS: Readonly<Record<FilesOf, number>> = { days: SHARES, minutes: 1_500_000, trades: 80_000_000 };

/** What one of them takes, packed. Source: real days and minutes take 23 and 13 by gzip; that of trades is what a year leaves it. */
const PACKED_ROW: Readonly<Record<FilesOf, number>> = { days: 20, minutes: 12, trades: 17 };

/**
 * A file of all shares in a session of these years: 0.2, 18 and 1,360 MB. Source: 50 MB, 4.5 GB and 350 GB a year, as the README
 * of JerryHong08/jerryquant101 has it, 2025. Older ones are smaller: of minutes in 2005, 8.3 to 8.9 MB (a listing).
 */
export const shareFile = (of: FilesOf): number => ROWS[of] * PACKED_ROW[of];

/** Those of other markets. Source: the same README, which has 600, 80, 8 and 5 MB a year of days, 4.5, 25, 3 and 1 GB of minutes. */
const OTHER_FILES: Readonly<Record<FilesOf, AnswerBytes['aFile']>> = {
  days: { options: 2_400_000, indices: 320_000, fx: 26_000, crypto: 14_000 },
  minutes: { options: 18_000_000, indices: 99_000_000, fx: 9_600_000, crypto: 2_700_000 },
  trades: {},
};

/** Bars of one ticker, of whose sessions each is a file; beside them, answers of the API of its splits and dividends. */
export function fileBytes(of: FilesOf): AnswerBytes {
  const { aRequest } = DAY_BYTES;
  return { aRequest, aRow: 0, aFile: { 'us-shares': shareFile(of), ...OTHER_FILES[of] } };
}

/** Those of all shares, with their splits and dividends from the API. */
export function marketFileBytes(of: FilesOf): MarketBytes {
  return { aSession: shareFile(of), aPageOfActions: PAGE_OF_ACTIONS };
}
