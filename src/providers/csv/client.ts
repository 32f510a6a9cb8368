import type { RejectedAction } from '../../core/action-checks.ts';
import type { DayRange } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { csvFolderMarket } from '../../market/csv-folder.ts';
import { type MarketReading, readMarket } from '../offline/read-market.ts';
import type { BarRequest, ProviderConfig } from '../provider.ts';

/** A reading of a folder, with how far its files reach. */
export interface CsvReading extends MarketReading {
  /** First and last session with a row of the series, `[from, to)`. */
  readonly span: DayRange;
  /** Rows of the range outside the regular session or off its grid. */
  readonly dropped: number;
  /** Splits and dividends of the ticker that cannot be. */
  readonly badActions: readonly RejectedAction[];
}

export interface CsvClient {
  /** Throws `unknown-ticker`, `unsupported-interval`, and `usage` (file and line) for a malformed file. */
  read(request: BarRequest): CsvReading;
  tickers(): readonly string[];
}

/** Opens the folder `config.url`. Throws `usage` where it, or the basis of its prices, is not given or not usable. */
export function openClient(config: ProviderConfig): CsvClient {
  const { url, basis } = config;
  if (url === undefined)
    throw new BackfillError('usage', 'provider csv needs --provider-url, a folder of bar files');
  if (basis === undefined) {
    throw new BackfillError(
      'usage',
      `provider csv needs to know the basis of the prices in "${url}": raw or split-adjusted`,
    );
  }
  const market = csvFolderMarket(url);
  if (basis === 'split-adjusted' && !market.hasActions) {
    throw new BackfillError('usage', `split-adjusted prices need their splits: "${url}" has no actions.csv`);
  }
  return {
    read(request) {
      const { ticker, interval } = request.series;
      const reading = readMarket(market, request, 'csv');
      const span = market.span(ticker, interval) ?? { from: request.range.from, to: request.range.from };
      const dropped = market.dropped(ticker, interval, reading.closed);
      return { ...reading, span, dropped, badActions: market.badActions(ticker) };
    },
    tickers: () => market.tickers(),
  };
}
