import type { Redis } from 'ioredis';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { joinRuns } from '../backfill/settle/joined-runs.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { plural } from '../core/plural.ts';
import type { Universe } from '../core/universe/universe.ts';
import { clearCompleted, tellCompleted } from '../queue/completed.ts';
import { redisAddress } from '../redis/address.ts';
import { connectRedis } from '../redis/connection.ts';
import type { SeriesCoverage } from '../report/series-coverage.ts';
import { coverageByScan } from './coverage.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { portableTickers } from './kept-request.ts';

/** Times that what a store turns out to lack at the end is asked for again. */
const MOST_ROUNDS = 2;

export interface ThroughQueue {
  readonly queue: string;
  readonly universe: (request: BackfillOptions) => Promise<Universe>;
  readonly run: (request: BackfillOptions) => Promise<RunSummary>;
}

/**
 * A run whose tasks machines do. The queue is a hint, the store is the truth: at the end that is looked at again, and what was
 * told to be stored and is not there is asked for again. Throws `queue-unusable` before anything is done.
 */
export async function throughQueue(
  parts: Parts,
  request: BackfillOptions,
  tools: ThroughQueue,
): Promise<RunSummary> {
  const redis = await connectRedis(redisAddress(tools.queue));
  try {
    if (request.everything && parts.attached === undefined) await clearCompleted(redis);
    const tickers = await portableTickers(request.tickers, () => tools.universe(request));
    return await untilStored(redis, parts, { ...request, ...(tickers !== undefined && { tickers }) }, tools);
  } finally {
    redis.disconnect();
  }
}

/** Whether a result says that all that was wanted is stored. */
function isStored(event: BackfillEvent): boolean {
  if (event.type !== 'finished' || event.failure !== null || !event.result.ok) return false;
  const { missing, waiting, unconfirmed } = event.result.report;
  return missing === 0 && waiting === 0 && unconfirmed === null;
}

async function untilStored(
  redis: Redis,
  parts: Parts,
  request: BackfillOptions,
  { run, universe }: ThroughQueue,
): Promise<RunSummary> {
  const stored = new Set<string>();
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'finished') {
      const key = seriesKey(event.want.series);
      // Of several wants of a series one may fail.
      if (isStored(event)) stored.add(key);
      else stored.delete(key);
    }
    request.onEvent?.(event);
  };
  let summary = await run({ ...request, onEvent });
  // Their own tickers are known to nobody but themselves.
  if (request.retryFailed || request.plan !== undefined) return summary;
  for (let round = 1; ; round++) {
    if (summary.stopped !== null) return summary;
    // What is meant was told.
    const { onEvent: _told, ...quiet } = request;
    const series = await coverageNow(parts, request, await universe(quiet));
    await tellCompleted(
      redis,
      series.filter(({ standing }) => standing === 'complete'),
    );
    const lost = series.filter((one) => one.missing > 0 && stored.has(seriesKey(one)));
    if (lost.length === 0 || round > MOST_ROUNDS) return summary;
    request.onEvent?.({
      type: 'note',
      line: `${plural(lost.length, 'series', 'series')} told to be stored, and not there: asked for again`,
    });
    stored.clear();
    const tickers = [...new Set(lost.map(({ ticker }) => ticker))];
    const again = await run({ ...request, tickers, everything: false, onEvent });
    const { runId } = summary;
    summary = { ...joinRuns([summary, again]), ...(runId !== undefined && { runId }) };
  }
}

async function coverageNow(
  { store, capabilities, clock }: Parts,
  { intervals = ['1d'], start, end, days, years }: BackfillOptions,
  universe: Universe,
): Promise<readonly SeriesCoverage[]> {
  const range = {
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(days !== undefined && { days }),
    ...(years !== undefined && { years }),
  };
  const { report } = await coverageByScan(store, capabilities, clock(), { intervals, ...range }, universe);
  return report.series;
}
