import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps } from '../http/steps.ts';
import type { Provider, ProviderConfig } from '../provider.ts';
import { binanceCapabilities } from './capabilities.ts';
import { membersIn, pairsIn, weightIn } from './pairs.ts';
import { type Progress, after, begun, callOf, isOfArchive, partOf, withoutArchive } from './progress.ts';
import { type Hosts, hostsOf, pairsCall } from './request.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/**
 * Binance's spot market: klines of its API, 1,000 a page, and the monthly files of its archive where these cost fewer
 * requests. Both are asked at the URL of the configuration, where that has one.
 */
export function openBinance(config: ProviderConfig, gate: Gate): Provider {
  return openHttpProvider(binanceSteps(hostsOf(config)), config, gate);
}

function binanceSteps(hosts: Hosts): HttpSteps<Progress, null> {
  return {
    ...{ capabilities: binanceCapabilities, symbolOf, tickerOf },
    request: (asked, progress = begun(asked)) => callOf(asked, progress, hosts),
    parse: (answer, asked, progress = begun(asked)) => {
      const state = after(answer, asked, progress, hosts);
      return { parts: [], state, hasMore: state.sources.length > 0 };
    },
    end: (asked, progress) => [partOf(asked, progress)],
    spare: {
      isNext: (asked, progress = begun(asked)) => isOfArchive(progress),
      instead: (why, asked, progress = begun(asked)) => ({
        ...{ parts: [], state: withoutArchive(progress, why), hasMore: true },
      }),
    },
    limitIn: weightIn,
    tickers: { request: () => pairsCall(hosts), parse: (answer) => pairsIn(answer, hosts) },
    discover: {
      request: () => pairsCall(hosts),
      parse: (answer) => ({ parts: membersIn(answer, hosts), state: null, hasMore: false }),
      end: () => [],
    },
  };
}
