/**
 * Where the bars and the factors beside them are not of one instrument, reviewed against the map files. Sessions before
 * `before` are not compared; `sessions` is exactly how many that are, so that the list cannot grow unseen.
 */
export const EXCEPTIONS: Readonly<Record<string, { before: string; sessions: number; why: string }>> = {
  bac: {
    before: '1998-10-01',
    sessions: 188,
    why: 'the bars are those of the old BankAmerica; the factors follow NationsBank, NB until 1998-09-30',
  },
  wm: {
    before: '2009-08-05',
    sessions: 2465,
    why: 'the bars are those of Washington Mutual; the factors follow Waste Management, WMI until 2009-08-04',
  },
  qqq: {
    before: '2011-03-23',
    sessions: 1441,
    why: 'QQQQ from 2004-12-01 to 2011-03-22: the bars of those years, and the closes before 24 dividends, are missing',
  },
};

/** Dividends of BAC of which the factor file has 0.08 a share, rounded; declared, and in Yahoo's prices, were 0.075. */
export const ROUNDED_DIVIDENDS = {
  exDates: ['2016-08-31', '2016-11-30', '2017-03-01'],
  said: 0.08,
  declared: 0.075,
} as const;
