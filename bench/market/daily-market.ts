/** A last session, `YYYY-MM-DD`, and the evening after it. */
export interface Until {
  readonly end: string;
  readonly now: string;
}

/** A folder of daily CSV files, one a ticker, and the range to ask for. */
export interface DailyMarket extends Until {
  /** For the notes. */
  readonly what: string;
  readonly folder: string;
  /** One ticker a line. */
  readonly tickerFile: string;
  readonly tickers: readonly string[];
  /** First session, `YYYY-MM-DD`. */
  readonly start: string;
}
