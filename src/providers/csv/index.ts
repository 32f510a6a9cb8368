import type { Provider, ProviderConfig } from '../provider.ts';
import { csvCapabilities } from './capabilities.ts';
import { openClient } from './client.ts';
import { parseReading } from './parse.ts';
import { csvSettings } from './settings.ts';

/**
 * A folder of bar files (see `csvFolderMarket`) as a provider: `config.url` is the folder, its setting `basis` what its
 * prices are. Split-adjusted ones are made raw with the folder's `actions.csv`, which must hold every split that they
 * are adjusted for; the setting `asOf` tells of splits after the last row. Throws `usage` for a folder that cannot be used.
 */
export function openCsv(config: ProviderConfig): Provider {
  const client = openClient(config);
  const { basis = 'raw' } = csvSettings(config);
  return {
    capabilities: csvCapabilities(config),
    symbolOf: (ticker) => ticker,
    tickerOf: (symbol) => symbol,
    fetchBars: async (request) =>
      parseReading(client.read(request), request.series.interval, basis, client.adjustedOn),
    editionOf: (ticker) => client.editionOf(ticker),
    ownListOf: (ticker) => client.ownListOf(ticker),
    listTickers: async () => client.tickers(),
    notes: () => client.notes,
    notListed: () => client.notListed,
    close: async () => {},
  };
}
