import { type Gate, NO_REQUESTS } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { Provider, ProviderConfig } from '../provider.ts';
import { sampleCapabilities } from './capabilities.ts';
import { openClient } from './client.ts';
import { parseReading } from './parse.ts';
import { servedSteps } from './served.ts';
import { sampleSettings } from './settings.ts';

/**
 * The seeded market of invented tickers as a provider. It needs no network, its setting `seed` defaults to 1; with a URL it is
 * asked there, over HTTP.
 */
export function openSample(config: ProviderConfig, gate: Gate = NO_REQUESTS): Provider {
  if (config.url !== undefined) return openHttpProvider(servedSteps(config.url), config, gate);
  const client = openClient(sampleSettings(config).seed);
  return {
    capabilities: sampleCapabilities,
    symbolOf: (ticker) => ticker,
    tickerOf: (symbol) => symbol,
    fetchBars: async (request) => parseReading(client.read(request), request.now),
    listTickers: async () => client.tickers(),
    discover: async (request) => client.members(request),
    close: async () => {},
  };
}
