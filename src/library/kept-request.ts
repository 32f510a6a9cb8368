import type { DayRange } from '../core/session/day.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';

type Lives = readonly (readonly [ticker: string, days: readonly DayRange[]])[];

/** What a run was asked, as a queue keeps it for whoever goes on with it. Plain JSON, without a secret. */
export interface KeptRequest {
  readonly options: Pick<
    HistoryOptions,
    'provider' | 'quotas' | 'rateShare' | 'listUrls' | 'world' | 'requestedAsOf'
  >;
  readonly request: Omit<BackfillOptions, 'onEvent' | 'stop'>;
  /** Of a universe with lives, which are a map there. */
  readonly lives?: Lives;
}

export function keptRequest(options: HistoryOptions, request: BackfillOptions): KeptRequest {
  const { provider, quotas, rateShare, listUrls, world, requestedAsOf } = options;
  const { onEvent: _onEvent, stop: _stop, ...asked } = request;
  const { tickers } = asked;
  return {
    options: {
      ...(provider && { provider }),
      ...(quotas && { quotas }),
      ...(rateShare !== undefined && { rateShare }),
      ...(listUrls && { listUrls }),
      ...(world !== undefined && { world }),
      ...(requestedAsOf !== undefined && { requestedAsOf }),
    },
    request: asked,
    ...(isUniverse(tickers) && { lives: [...tickers.lives] }),
  };
}

export function requestOfKept({ request, lives }: KeptRequest): BackfillOptions {
  if (lives === undefined) return request;
  return { ...request, tickers: { ...(request.tickers as Universe), lives: new Map(lives) } };
}
