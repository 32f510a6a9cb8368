import { type RecordedRun, recordedRuns, spoiltRuns } from '../backfill/run/run-record.ts';
import { beyond, cutShort } from '../backfill/run/begun-batches.ts';
import { seriesKey } from '../core/bars/bars.ts';
import type { Interval } from '../core/session/interval.ts';
import { normalize } from '../core/session/ranges.ts';
import { listId } from '../core/universe/universe.ts';
import { askedOrDue, leftSeries } from '../backfill/want/left-series.ts';
import { largest } from '../core/extremes.ts';
import type { LeftToRetry } from '../report/left-text.ts';
import type { BarStore } from '../store/store.ts';
import { type Scan, type SetAside, unreadableIn } from '../store/scan.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';

/** Runs whose records are looked at: a night's several, each in its batches, for some nights. */
const LAST_RUNS = 500;

/** The records of those, the newest first. */
export function lastRuns(store: Pick<BarStore, 'readRuns'>): Promise<readonly RecordedRun[]> {
  return recordedRuns(store, LAST_RUNS);
}

/** What `History.leftUndone` tells of all providers of a chain: of a series that several left, what the first of them says. */
export async function leftUndoneIn(
  stages: readonly [Parts, ...Parts[]],
  request: Pick<BackfillOptions, 'tickers' | 'intervals' | 'stop'>,
): Promise<LeftToRetry> {
  const [first, ...others] = stages;
  const own = await leftUndoneOf(first, request);
  if (others.length === 0) return own;
  const series = new Map(own.series.map((one) => [seriesKey(one), one]));
  for (const other of others)
    for (const one of (await leftUndoneOf(other, request)).series) {
      const before = series.get(seriesKey(one));
      const days = normalize([...(before?.days ?? []), ...one.days]);
      series.set(seriesKey(one), { ...(before ?? one), days });
    }
  const inChain = new Set(others.map(({ capabilities }) => capabilities.id));
  const ofOthers = Object.entries(own.ofOthers).filter(([provider]) => !inChain.has(provider));
  const retried = new Set([...series.values()].map(({ ticker }) => ticker));
  const damaged = own.damaged.filter(({ ticker }) => !retried.has(ticker));
  return { ...own, series: [...series.values()], damaged, ofOthers: Object.fromEntries(ofOthers) };
}

/** What `History.leftUndone` tells, of the provider that `parts` ask. */
async function leftUndoneOf(
  { store, capabilities, clock, tickersToRead }: Parts,
  { tickers, intervals, stop }: Pick<BackfillOptions, 'tickers' | 'intervals' | 'stop'>,
): Promise<LeftToRetry> {
  const runs = await lastRuns(store);
  const spoilt = await spoiltRuns(store, LAST_RUNS);
  const [last = null] = runs;
  const [scan, now, { id }] = [await store.scan(), clock(), capabilities];
  const files = unreadableIn(scan).filter(({ isRevisions }) => isRevisions !== true);
  const all = leftSeries(runs, id, scan, now);
  const cut = cutShort(runs).filter(
    (run) => intervals === undefined || run.intervals?.some((one) => intervals.includes(one as Interval)),
  );
  // Where nothing was left nobody needs to be told who is meant.
  const named = all.length + cut.length + files.length === 0 ? undefined : await tickersToRead(tickers, stop);
  const isMeant = new Set(named);
  const others = [...askedOrDue(runs)].filter((one) => one !== id);
  const ofOthers = others
    .map((provider) => [provider, leftSeries(runs, provider, scan, now).length] as const)
    .filter(([, count]) => count > 0);
  const own = runs.find(({ provider }) => provider === id);
  const isAsked = ({ ticker, interval }: Pick<SetAside, 'ticker' | 'interval'>): boolean =>
    (named === undefined || isMeant.has(ticker)) &&
    (interval === null || intervals?.includes(interval) !== false);
  const series = all.filter(isAsked);
  return {
    provider: id,
    series,
    damaged: files.filter((file) => isAsked(file) && !series.some(({ ticker }) => ticker === file.ticker)),
    // Of the list that is meant, if one is.
    neverBegun: cut
      .filter(({ batch }) => named === undefined || listId(named) === batch?.list)
      .flatMap(beyond),
    last: last && { provider: last.provider, endedAt: last.endedAt },
    ofOthers: Object.fromEntries(ofOthers),
    unnamed: own === undefined || own.left !== undefined ? 0 : own.notRun,
    spoilt,
    unrecorded: last === null ? [] : storedAfter(scan, largest(runs.map(({ endedAt }) => endedAt))),
  };
}

/** Tickers of which an answer was stored after an instant. */
function storedAfter({ series }: Pick<Scan, 'series'>, instant: number): string[] {
  const later = [...series.values()].filter(({ fetchedAt }) => (fetchedAt ?? 0) > instant);
  return [...new Set(later.map((one) => one.series.ticker))];
}
