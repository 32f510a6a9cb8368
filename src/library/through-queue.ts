import type { Redis } from 'ioredis';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { askedAgain } from '../backfill/settle/asked-again.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import { plural } from '../core/plural.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Universe } from '../core/universe/universe.ts';
import { clearCompleted, tellCompleted } from '../queue/completed.ts';
import { redisAddress } from '../redis/address.ts';
import { connectRedis } from '../redis/connection.ts';
import { whyNot } from '../redis/words.ts';
import type { SeriesCoverage } from '../report/series-coverage.ts';
import { coverageByScan } from './coverage.ts';
import type { BackfillOptions } from './history.ts';
import { dropFilledSince } from './filled-since.ts';
import type { Parts } from './parts.ts';
import { portableTickers } from './kept-request.ts';

/** How long the server of the queue may take to take what it is only told, ms. */
const ANSWER_MS = 5000;

/** Times that what a store turns out to lack at the end is asked for again. */
const MOST_ROUNDS = 2;

export interface ThroughQueue {
  readonly queue: string;
  readonly universe: (request: BackfillOptions) => Promise<Universe>;
  readonly run: (request: BackfillOptions) => Promise<RunSummary>;
  /** Default: that of production. */
  readonly answerMs?: number;
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
  const address = redisAddress(tools.queue);
  const redis = await connectRedis(address, { answerMs: tools.answerMs ?? ANSWER_MS });
  const note = (line: string): void => request.onEvent?.({ type: 'note', line });
  const ifThere: IfThere = (what, work) =>
    work.catch((error: unknown) =>
      note(`the Redis server ${address.shown} was not told ${what}: ${whyNot(error)}`),
    );
  try {
    if (request.everything && parts.attached === undefined)
      await ifThere('that all is fetched anew', clearCompleted(redis));
    const tickers = await portableTickers(request.tickers, () => tools.universe(request));
    const asked = { ...request, ...(tickers !== undefined && { tickers }) };
    const summary = await untilStored(redis, parts, asked, { ...tools, ifThere });
    // Whoever told it to stop wants it to end.
    const isOver = summary.stopped?.reason === 'interrupted';
    // What came of the run is told, whatever can be seen of others.
    const dropped = isOver ? 0 : await dropFilledSince(redis, parts).catch(() => 0);
    if (dropped > 0) note(`${plural(dropped, 'parked task')} dropped: what they were for is stored by now`);
    return summary;
  } finally {
    redis.disconnect();
  }
}

/** Waits for what a server is only told, and is not waited for where it is away. */
type IfThere = (what: string, work: Promise<void>) => Promise<void>;

/** Whether a result says that all that was wanted is stored. What only the end of a run can judge, its summary tells. */
function isStored(event: Of<'finished'>): boolean {
  if (event.failure !== null || !event.result.ok) return false;
  const { missing, waiting, unconfirmed } = event.result.report;
  return missing === 0 && waiting === 0 && unconfirmed === null;
}

type Of<T extends BackfillEvent['type']> = Extract<BackfillEvent, { readonly type: T }>;

/** Series that a run told to be stored, by their keys. */
class ToldStored {
  readonly #keys = new Set<string>();

  note(event: BackfillEvent): void {
    if (event.type !== 'finished') return;
    const key = seriesKey(event.want.series);
    // Of several wants of a series one may fail.
    if (isStored(event)) this.#keys.add(key);
    else this.#keys.delete(key);
  }

  /** Those of which the end of the run says nothing else: it may have taken an answer back that is another's. */
  at({ left }: RunSummary): ReadonlySet<string> {
    const all = new Set(this.#keys);
    for (const { tickers, interval } of left)
      for (const ticker of tickers) all.delete(seriesKey({ ticker, interval: interval as Interval }));
    this.#keys.clear();
    return all;
  }
}

async function untilStored(
  redis: Redis,
  parts: Parts,
  request: BackfillOptions,
  { run, universe, ifThere }: ThroughQueue & { readonly ifThere: IfThere },
): Promise<RunSummary> {
  const told = new ToldStored();
  const onEvent = (event: BackfillEvent): void => {
    told.note(event);
    request.onEvent?.(event);
  };
  let last = await run({ ...request, onEvent });
  let summary = last;
  // Their own tickers are known to nobody but themselves.
  if (request.retryFailed || request.plan !== undefined) return summary;
  for (let round = 1; ; round++) {
    if (summary.stopped !== null) return summary;
    const stored = told.at(last);
    // What is meant was told.
    const { onEvent: _told, ...quiet } = request;
    const series = await coverageNow(parts, request, await universe(quiet));
    const complete = series.filter(({ standing }) => standing === 'complete');
    await ifThere('which series are complete', tellCompleted(redis, complete));
    const lost = series.filter((one) => one.missing > 0 && stored.has(seriesKey(one)));
    if (lost.length === 0 || round > MOST_ROUNDS) return summary;
    request.onEvent?.({
      type: 'note',
      line: `${plural(lost.length, 'series', 'series')} told to be stored, and not there: asked for again`,
    });
    const tickers = [...new Set(lost.map(({ ticker }) => ticker))];
    last = await run({ ...request, tickers: someOf(request.tickers, tickers), everything: false, onEvent });
    summary = askedAgainFor(lost, summary, last);
  }
}

/** Some tickers of those that a request names; each is wanted on the days on which it was. */
function someOf(all: BackfillOptions['tickers'], tickers: readonly string[]): Universe | readonly string[] {
  return isUniverse(all) ? { tickers, lives: all.lives } : tickers;
}

/** A run, and the one after it for what turned out to lack: of that, the latter counts. */
function askedAgainFor(lost: readonly Series[], before: RunSummary, again: RunSummary): RunSummary {
  const { runId, series, complete } = before;
  const about = { provider: '', empty: new Set<string>() };
  const asked = new Map(lost.map((one) => [seriesKey(one), one.ticker]));
  const tickers = new Set(lost.map(({ ticker }) => ticker));
  const first = {
    ...before,
    fetched: before.fetched - lost.length,
    fetchedTickers: before.fetchedTickers - tickers.size,
  };
  const { summary } = askedAgain(
    { ...about, summary: first, asked: new Map() },
    { ...about, summary: again, asked },
  );
  return { ...summary, series, complete, ...(runId !== undefined && { runId }) };
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
