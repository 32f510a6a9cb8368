import type { Failure } from '../backfill/failure.ts';
import { askedAgain } from '../backfill/settle/asked-again.ts';
import type { ChainRun } from '../backfill/settle/chain-summary.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { Interval } from '../core/session/interval.ts';

/** Times that is asked again for what the queue of a run lost. */
const TOP_UPS = 2;

/**
 * A run with what its queue lost: the store is the truth, and what lacks of that is planned anew. `run`: for some of the
 * tickers.
 */
export async function toppedUp(
  first: ChainRun,
  tickers: readonly string[],
  run: (tickers: readonly string[]) => Promise<ChainRun>,
): Promise<ChainRun> {
  let all = first;
  for (let round = 0; round < TOP_UPS && all.summary.stopped === null; round++) {
    const lost = new Set(lostIn(all.summary).map(({ ticker }) => ticker));
    if (lost.size === 0) break;
    all = askedAgain(all, await run(tickers.filter((ticker) => lost.has(ticker))));
  }
  return all;
}

/** The same of the run of a provider that is asked alone. */
export async function toppedUpSummary(
  first: RunSummary,
  tickers: readonly string[],
  run: (tickers: readonly string[]) => Promise<RunSummary>,
): Promise<RunSummary> {
  const { runId, series, complete } = first;
  const about = { provider: '', empty: new Set<string>() };
  let left = lostIn(first);
  if (left.length === 0) return first;
  const { summary } = await toppedUp(
    { ...about, summary: first, asked: new Map() },
    tickers,
    async (some) => {
      const asked = new Map(
        left.map((one) => [seriesKey({ ...one, interval: one.interval as Interval }), one.ticker]),
      );
      const again = await run(some);
      left = lostIn(again);
      return { ...about, summary: again, asked };
    },
  );
  // All that was asked again was among the first.
  return { ...summary, series, complete, ...(runId !== undefined && { runId }) };
}

function lostIn({ failures }: RunSummary): readonly Failure[] {
  return failures.filter(({ code }) => code === 'queue-unusable');
}
