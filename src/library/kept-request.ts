import type { Day } from '../core/session/day.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { BackfillOptions, HistoryOptions } from './history.ts';

/** JSON knows no infinity: null stands for a day that none is before, or after. */
type Lives = readonly (readonly [
  ticker: string,
  days: readonly (readonly [from: Day | null, to: Day | null])[],
])[];

/** What a run was asked, as a queue keeps it for whoever goes on with it. Plain JSON, without a secret. */
export interface KeptRequest {
  readonly options: Pick<
    HistoryOptions,
    'provider' | 'quotas' | 'rateShare' | 'listUrls' | 'world' | 'requestedAsOf'
  >;
  readonly request: Omit<BackfillOptions, 'onEvent' | 'stop'>;
  /** Of a universe with lives, which are a map there. */
  readonly lives?: Lives;
  /** The instant of its clock, ms since the epoch. Default: that of the system's. */
  readonly now?: number;
}

export function keptRequest(options: HistoryOptions, request: BackfillOptions): KeptRequest {
  const { provider, quotas, rateShare, listUrls, world, requestedAsOf, clock } = options;
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
    ...(isUniverse(tickers) && { lives: plainLives(tickers) }),
    ...(clock && { now: clock() }),
  };
}

export function requestOfKept({ request, lives }: KeptRequest): BackfillOptions {
  if (lives === undefined) return request;
  return { ...request, tickers: { ...(request.tickers as Universe), lives: livesOf(lives) } };
}

/**
 * The tickers of a request as another machine can read them: files are not there, so that what is in them takes their place.
 * `meant`: what all of them come to.
 */
export async function portableTickers(
  tickers: BackfillOptions['tickers'],
  meant: () => Promise<Universe>,
): Promise<BackfillOptions['tickers']> {
  const named = typeof tickers === 'string' ? tickers.split(',') : tickers;
  const hasFile = Array.isArray(named) && named.some((one: string) => one.trim().startsWith('@'));
  return hasFile ? meant() : tickers;
}

function plainLives({ lives }: Universe): Lives {
  const finite = (day: Day): Day | null => (Number.isFinite(day) ? day : null);
  return [...lives].map(([ticker, days]) => [
    ticker,
    days.map(({ from, to }) => [finite(from), finite(to)] as const),
  ]);
}

function livesOf(lives: Lives): Universe['lives'] {
  return new Map(
    lives.map(([ticker, days]) => [
      ticker,
      days.map(([from, to]) => ({
        from: from ?? Number.NEGATIVE_INFINITY,
        to: to ?? Number.POSITIVE_INFINITY,
      })),
    ]),
  );
}
