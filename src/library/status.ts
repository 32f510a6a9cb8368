import { hasNotEnded, recordedRuns, type RecordedRun } from '../backfill/run/run-record.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { sourcesIn } from '../core/bars/columns.ts';
import { BackfillError } from '../core/errors.ts';
import { grouped } from '../core/grouped.ts';
import { formatDay } from '../core/session/day.ts';
import { INTERVALS } from '../core/session/interval.ts';
import { unknownActions } from '../report/issues.ts';
import type { SeriesCoverage } from '../report/series-coverage.ts';
import type { LastRunOfSeries, SeriesStatus, StoreStatus } from '../report/status-text.ts';
import { unreadableIn, type SeriesState } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import { coverageOf } from './coverage.ts';
import { whyNoStore } from './existing-store.ts';
import type { SeriesSelection } from './history.ts';
import { partsOfChain } from '../backfill/settle/parts-of-chain.ts';
import { asAsked } from '../backfill/run/begun-batches.ts';
import { lastRuns, leftUndoneIn } from './left-undone.ts';
import type { Parts } from './parts.ts';
import { listProviders } from './provider-list.ts';
import { quotasUsed } from './quota-use.ts';
import { presentParts } from './issues.ts';
import { staleOddities } from './stale-bars.ts';

/** Runs whose records tell of a series. */
const RUNS_OF_SERIES = 100;

/** What `History.status` tells. Reads no bar, and writes nothing. */
export async function statusOf(parts: Parts): Promise<StoreStatus> {
  const { store, options, config } = parts;
  const empty = await whyNoStore(options.store);
  const [scan, facts, runs] = [await store.scan(), await store.facts(), await lastRuns(store)];
  const states = [...scan.series.values()];
  const byInterval = grouped(states, ({ series }) => series.interval);
  return {
    store: store.url,
    empty: empty ?? null,
    series: states.length,
    tickers: new Set(states.map(({ series }) => series.ticker)).size,
    intervals: Object.fromEntries(
      INTERVALS.flatMap((interval) => {
        const { length } = byInterval.get(interval) ?? [];
        return length === 0 ? [] : [[interval, length]];
      }),
    ),
    bars: states.reduce((sum, { rows }) => sum + rows, 0),
    ...facts,
    damaged: unreadableIn(scan).length,
    last: lastRun(runs),
    left: await leftUndoneIn([parts, ...parts.next], {}),
    keys: listProviders(config).flatMap(({ capabilities: { id: provider }, keys, keysOfSettings }) => {
      const known = new Set(keys.map(({ variable }) => variable));
      const ofSettings = new Map(
        keysOfSettings.map(({ variable, isThere }) => [variable, { variable, isThere }] as const),
      );
      const set = [...ofSettings.values()].filter(({ variable, isThere }) => isThere && !known.has(variable));
      return [...keys, ...set].map((key) => ({ provider, ...key }));
    }),
    ...(await quotasUsed(parts)),
  };
}

function lastRun(all: readonly RecordedRun[]): StoreStatus['last'] {
  const [newest, ...earlier] = all;
  if (newest === undefined) return null;
  const runs = asAsked([newest, ...earlier]);
  const sum = (count: 'fetched' | 'failed' | 'unavailable' | 'notRun'): number =>
    runs.reduce((total, run) => total + run[count], 0);
  const { id, provider, endedAt, stopped, batch } = newest;
  const [{ startedAt } = newest] = runs;
  const byProvider = partsOfChain(newest, all);
  return {
    ...{ id, provider, startedAt, endedAt },
    ...{ fetched: sum('fetched'), failed: sum('failed') },
    ...{ unavailable: sum('unavailable'), notRun: sum('notRun'), stopped },
    ...(byProvider && { byProvider }),
    ...(batch && {
      batches: { first: runs[0]?.batch?.number ?? batch.number, last: batch.number, of: batch.of },
    }),
  };
}

/** What `History.seriesStatus` tells of what is stored of some tickers. Writes nothing. */
export async function seriesStatusOf(
  { store, capabilities, clock, universeToRead }: Parts,
  selection: SeriesSelection,
): Promise<readonly SeriesStatus[]> {
  const universe = await universeToRead(selection.tickers);
  const { intervals } = selection;
  const [tickers, runs] = [universe?.tickers, await recordedRuns(store, RUNS_OF_SERIES)];
  const scan = await store.scan({
    ...(tickers && { tickers }),
    ...(intervals && { intervals }),
  });
  const { series: states } = scan;
  const unknown = grouped(unknownActions(scan), ({ ticker }) => ticker);
  const report = await coverageOf(store, capabilities, clock(), selection, universe);
  const statuses: SeriesStatus[] = [];
  for (const coverage of report.series) {
    const state = states.get(seriesKey(coverage));
    if (state === undefined && coverage.damaged.length === 0) continue;
    const lacking = coverage.interval === '1d' ? (unknown.get(coverage.ticker) ?? []) : [];
    const actionsUnknown = lacking.reduce((sum, { sessions }) => sum + sessions, 0);
    statuses.push({
      ...coverage,
      actionsUnknown,
      ...(await besides(coverage, state, { store, runs, now: clock() })),
    });
  }
  return statuses;
}

/** What a status is made of. */
interface Readings {
  readonly store: BarStore;
  readonly runs: readonly RecordedRun[];
  /** ms since the epoch. */
  readonly now: number;
}

/** What is known of a series besides its coverage. */
async function besides(
  coverage: SeriesCoverage,
  state: SeriesState | undefined,
  { store, runs, now }: Readings,
): Promise<Omit<SeriesStatus, keyof SeriesCoverage | 'actionsUnknown'>> {
  const actions = await unlessDamaged(store.readActions(coverage.ticker));
  const { currency = null, exchange = null, type = null, firstTrade = null } = state?.identity ?? {};
  const delisted = coverage.absences.find(({ reason }) => reason === 'delisted');
  return {
    ...(await sourcesOf(state, store, now)),
    splits: actions?.filter(({ kind }) => kind === 'split').length ?? null,
    dividends: actions?.filter(({ kind }) => kind === 'dividend').length ?? null,
    ...{ currency, exchange, type },
    listed: firstTrade === null ? null : formatDay(firstTrade),
    delistedFrom: delisted?.from ?? null,
    lastRun: lastRunOf(coverage, state, runs),
  };
}

/** The providers of its bars, null where a file of it cannot be read; and how many sessions of derived ones are stale. */
async function sourcesOf(
  state: SeriesState | undefined,
  store: BarStore,
  now: number,
): Promise<Pick<SeriesStatus, 'sources' | 'stale'>> {
  if (state === undefined) return { sources: null, stale: 0 };
  const { series, coverage } = state;
  const sources = new Set<string>();
  let [stale, isRead] = [0, true];
  for (const range of presentParts(series, coverage.present)) {
    const bars = await unlessDamaged(store.readBars(series, range));
    isRead &&= bars !== undefined;
    for (const source of bars === undefined ? [] : sourcesIn(bars)) sources.add(source);
    stale += bars === undefined ? 0 : (await staleOddities(store, series, bars, [range], now)).length;
  }
  return { sources: isRead ? [...sources].toSorted() : null, stale };
}

/** The newest run that stored something of a series, or left it undone; one that was killed may have left no record of it. */
function lastRunOf(
  { ticker, interval }: SeriesCoverage,
  state: SeriesState | undefined,
  runs: readonly RecordedRun[],
): LastRunOfSeries | null {
  const fetchedAt = state?.fetchedAt ?? Number.NEGATIVE_INFINITY;
  const killed = { id: null, provider: null, endedAt: fetchedAt, outcome: 'interrupted' } as const;
  const hasStored = (run: RecordedRun): boolean =>
    !hasNotEnded(run) && run.startedAt <= fetchedAt && fetchedAt <= run.endedAt;
  const isOnRecord = runs.some(hasStored);
  for (const run of runs) {
    const { id, provider, endedAt, failures, left = [] } = run;
    const mine = left.find((one) => one.interval === interval && one.tickers.includes(ticker));
    const failure = failures.find((one) => one.ticker === ticker && one.interval === interval);
    if (mine === undefined && failure === undefined && !hasStored(run)) continue;
    const isLater = fetchedAt > endedAt && !isOnRecord;
    if (isLater) return hasNotEnded(run) ? { ...killed, id, provider } : killed;
    const outcome = failure === undefined ? (mine?.why ?? 'stored') : 'failed';
    return { id, provider, endedAt, outcome, ...(failure && { message: failure.message }) };
  }
  // Of older ones than those that are looked at nothing is known.
  return runs.some(({ startedAt }) => startedAt <= fetchedAt) ? killed : null;
}

async function unlessDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}
