import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { BackfillError } from '../../core/errors.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BackfillRequest } from './prepare.ts';
import { onlyLeft } from '../want/left-series.ts';
import { isServed, partServed } from '../want/served.ts';
import { rangeMeant, wantedSeries } from '../want/wanted.ts';

/** The providers of a chain, in the order in which they are asked. */
export type Chain = readonly [Capabilities, ...Capabilities[]];

/** What a chain is asked for. */
type ChainRequest = Omit<BackfillRequest, 'everything' | 'origins'>;

/** All that is wanted of the providers of a chain, by the reach and the settle delay of the first of them that serves it. */
export function chainList(chain: Chain, request: ChainRequest, now: number): readonly WantedSeries[] {
  const { tickers, intervals = ['1d'], only } = request;
  const range = rangeMeant(request, chain[0]);
  const all = new Map<string, WantedSeries>();
  for (const one of chain) {
    const served = tickers.filter((ticker) => isServed(ticker, one));
    const wanted = wantedSeries(served, offered(intervals, one), range, one, now, {
      ...request,
      isPart: true,
    });
    for (const series of wanted) {
      const key = seriesKey(series.series);
      if (!all.has(key)) all.set(key, series);
    }
  }
  const inOrder = intervals.flatMap((interval) =>
    tickers.flatMap((ticker) => all.get(seriesKey({ ticker, interval } satisfies Series)) ?? []),
  );
  return only === undefined ? inOrder : onlyLeft(inOrder, only);
}

/**
 * Throws what a run of the first provider alone would be refused for, where every other one would be too: `usage`,
 * `unsupported-interval`, `invalid-ticker`.
 */
export function assertAnyIsAsked(chain: Chain, request: ChainRequest, now: number): void {
  const { tickers, intervals = ['1d'], only, isPart = false } = request;
  if (isPart || only?.size === 0) return;
  const strange = intervals.filter((one) => chain.every((provider) => offered([one], provider).length === 0));
  const range = rangeMeant(request, chain[0]);
  let refusal: BackfillError | undefined;
  for (const one of chain) {
    const its = strange.length > 0 ? strange : offered(intervals, one);
    if (its.length === 0) continue;
    try {
      const { served } = partServed(tickers, its, one);
      wantedSeries(served, its, range, one, now, request);
      return;
    } catch (error) {
      if (!(error instanceof BackfillError)) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

function offered(intervals: readonly Interval[], { intervals: its }: Capabilities): readonly Interval[] {
  return intervals.filter((one) => its[one] !== undefined);
}
