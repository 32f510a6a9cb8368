import type { Provider, ProviderConfig } from '../provider.ts';
import { sampleCapabilities } from './capabilities.ts';
import { openClient } from './client.ts';
import { parseReading } from './parse.ts';

/** The seeded market of invented tickers as a provider; it needs no network. `config.seed` defaults to 1. */
export function openSample(config: ProviderConfig): Provider {
  const client = openClient(config.seed);
  return {
    capabilities: sampleCapabilities,
    symbolOf: (ticker) => ticker,
    tickerOf: (symbol) => symbol,
    fetchBars: async (request) => parseReading(client.read(request), request.now),
    listTickers: async () => client.tickers(),
    close: async () => {},
  };
}
