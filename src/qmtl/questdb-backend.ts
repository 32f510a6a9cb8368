import { resolve } from 'node:path';
import {
  BackfillError,
  type Ensured,
  type FillStrategy,
  type History,
  type HistoryOptions,
  type Interval,
  type LackingSpan,
  openHistory,
} from '../index.ts';
import { type ServedFetcher, serveFetcher } from './fetcher-server.ts';
import type {
  BoundStream,
  DataFetcher,
  FetchSource,
  GivenSeries,
  HistoryBackend,
} from './history-provider.ts';
import { type HistoryRow, checkedRows, rowOf } from './history-rows.ts';
import { intervalOf } from './intervals.ts';
import {
  type SessionDates,
  type StoredSeries,
  coveredRanges,
  sessionDates,
  warmupRange,
} from './session-dates.ts';
import { inTurn } from './store-turns.ts';
import { type TimeRange, assertRange } from './time-ranges.ts';

/** What a backend is opened with: its store, and whatever else `openHistory` takes. */
export interface BackendOptions extends Omit<HistoryOptions, 'store' | 'provider'> {
  /**
   * The store: `questdb://HOST`, or `postgresql://…/qdb` as QMTL has it. Any other store does as well: a folder, `postgres://`,
   * `s3://`.
   */
  readonly dsn: string;
  /**
   * The ticker that the bars of the node are kept under, such as `BTC-USD`: it says which calendar they follow, and so what is
   * missing. Of one node only. Default: the node's id.
   */
  readonly table?: string;
}

/** An opened history, and what it needs. */
interface Opened {
  readonly history: History;
  readonly served?: ServedFetcher;
}

/** Keeps bars of nodes in a store, which need not be QuestDB. Throws `usage` for what `openHistory` refuses. */
export class QuestDBBackend implements HistoryBackend {
  readonly #options: Omit<HistoryOptions, 'provider'>;
  readonly #place: string;
  readonly #table: string | undefined;
  readonly #clock: () => number;
  readonly #reader: History;
  readonly #writers = new Map<FetchSource, Promise<Opened>>();
  /** By ticker, the node that it is kept for. */
  readonly #nodes = new Map<string, string>();

  /** Opens nothing yet. */
  constructor({ dsn, table, ...options }: BackendOptions) {
    const store = storeOf(dsn);
    this.#options = { ...options, store };
    this.#place = /^[a-z0-9]+:/i.test(store) ? store : resolve(store);
    this.#table = table;
    this.#clock = options.clock ?? Date.now;
    this.#reader = openHistory({ ...this.#options, provider: 'none' });
  }

  /** Has the stream's node be the one that `table` is of. Throws `usage` where that is of another one. */
  bindStream({ nodeId }: BoundStream): void {
    this.#tickerOf(nodeId);
  }

  /** Rows that begin within `[start, end]`, in seconds, that are stored; perhaps none. Throws `store-corrupt` for damaged ones. */
  async fetch(start: number, end: number, of: GivenSeries): Promise<readonly HistoryRow[]> {
    assertRange(start, end);
    const series = this.#seriesOf(of);
    const dates = sessionDates(series, { start, end }, this.#clock());
    if (dates === undefined) return [];
    try {
      const rows = (await this.#reader.read(series, dates)).map(rowOf);
      return rows.filter(({ ts }) => ts >= start && ts <= end);
    } catch (error) {
      if (error instanceof BackfillError && error.code === 'not-stored') return [];
      throw error;
    }
  }

  /**
   * From the first bar to the last one, of sessions in a row that are stored and final. Read anew each time. What is known not to be
   * there parts them too.
   */
  async coverage(of: GivenSeries): Promise<readonly TimeRange[]> {
    const series = this.#seriesOf(of);
    const request = { tickers: [series.ticker], intervals: [series.interval], includeProvisional: true };
    const [found] = (await this.#reader.coverage(request)).series;
    const { first: start = null, last: end = null } = found ?? {};
    if (start === null || end === null) return [];
    const range = { start, end, includeProvisional: true };
    return coveredRanges(series, { start, end }, await this.#reader.missing(series, range));
  }

  /** By the calendar of the ticker: so many of its bars, be there nights and holidays between them. */
  warmupRange(period: number, end: number, of: GivenSeries): TimeRange {
    return warmupRange(this.#seriesOf(of), period, end);
  }

  /**
   * Asks a source for the sessions of a range that lack something, also for the one that is open. What is stored, or known not to be
   * there, is not asked for. Throws what the source failed with, `incomplete` where something that is over lacks all the same (bars
   * came that were rejected, or too few, or there is none of the node; by `live-replay` recorded bars will do), and `store-locked`
   * where another process writes the store.
   */
  async fill(
    start: number,
    end: number,
    of: GivenSeries,
    source: FetchSource,
    strategy: FillStrategy = 'on-demand',
  ): Promise<void> {
    const { series, dates } = this.#sessionsIn(start, end, of);
    if (dates === undefined) return;
    const { history, served } = await this.#writerFor(source);
    const range = { ...dates, includeProvisional: true };
    const ensured = await inTurn(this.#place, history, () =>
      history.ensureRange(series, range, { strategy }),
    );
    const cause = served?.takeError(series.ticker, series.interval);
    assertFilled(series, { ...ensured, lacks: lackingBy(strategy, ensured) }, cause);
  }

  /**
   * Throws `usage` where a session of a range that is over is missing, and says which. Asks nobody. By `live-replay` a session counts
   * of which bars are recorded.
   */
  async assertComplete(
    start: number,
    end: number,
    of: GivenSeries,
    strategy: FillStrategy = 'on-demand',
  ): Promise<void> {
    const { series, dates } = this.#sessionsIn(start, end, of);
    if (dates === undefined) return;
    const verdict = await this.#reader.missing(series, dates);
    const [lacking] = lackingBy(strategy, verdict);
    if (lacking !== undefined || verdict.damaged.length > 0) throw withoutFetcher(series, lacking ?? dates);
  }

  /**
   * Keeps bars of a node as they came live, durably, at once and without asking anybody: they are provisional, until somebody's final
   * ones replace them. Throws `usage` for what no bar of the node can be.
   */
  async record(of: GivenSeries, rows: readonly HistoryRow[]): Promise<void> {
    const bars = checkedRows(rows, of.nodeId).map((row) => ({
      ...row,
      ts: row.ts * 1000,
      volume: row.volume ?? Number.NaN,
    }));
    await this.#reader.record(this.#seriesOf(of), bars);
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#writers.values());
    this.#writers.clear();
    await this.#reader.close();
    for (const one of opened) {
      if (one.status === 'rejected') continue;
      await one.value.history.close();
      await one.value.served?.close();
    }
  }

  /** The series that is meant, and which of its sessions a range has so far; no `dates`: none. Throws `usage`. */
  #sessionsIn(start: number, end: number, of: GivenSeries) {
    assertRange(start, end);
    const series = this.#seriesOf(of);
    return { series, dates: sessionDates(series, { start, end }, this.#clock()) };
  }

  #seriesOf({ nodeId, interval }: GivenSeries): StoredSeries {
    return { ticker: this.#tickerOf(nodeId), interval: intervalOf(interval) };
  }

  /** What the node's bars are kept under, and that they are: two nodes in one table could not be told apart. */
  #tickerOf(nodeId: string): string {
    const ticker = (this.#table ?? nodeId).toUpperCase();
    const known = this.#nodes.get(ticker);
    if (known !== undefined && known !== nodeId)
      throw new BackfillError(
        'usage',
        `table ${JSON.stringify(this.#table ?? nodeId)} has the bars of node ${known}: give node ${nodeId} a table of its own`,
      );
    this.#nodes.set(ticker, nodeId);
    return ticker;
  }

  #writerFor(source: FetchSource): Promise<Opened> {
    const known = this.#writers.get(source);
    if (known !== undefined) return known;
    const opening = this.#open(source);
    this.#writers.set(source, opening);
    opening.catch(() => this.#writers.delete(source));
    return opening;
  }

  async #open(source: FetchSource): Promise<Opened> {
    if (!isFetcher(source)) return { history: openHistory({ ...this.#options, provider: source }) };
    const nodeOf = (ticker: string): string => this.#nodes.get(ticker) ?? ticker;
    const served = await serveFetcher(source, { nodeOf, clock: this.#clock });
    try {
      return { history: openHistory({ ...this.#options, provider: served.config }), served };
    } catch (error) {
      await served.close();
      throw error;
    }
  }
}

/** QMTL writes a server of QuestDB as one of PostgreSQL, whose wire it speaks; its database is named so. */
function storeOf(dsn: string): string {
  if (typeof dsn !== 'string' || dsn === '')
    throw new BackfillError('usage', `dsn ${JSON.stringify(dsn)}: must be a folder or the URL of a store`);
  return dsn.replace(/^postgres(?:ql)?:(?=\/\/[^/?]+\/qdb(?:\?|$))/, 'questdb:');
}

function isFetcher(source: FetchSource): source is DataFetcher {
  return 'fetch' in source;
}

/** What is lacking of one series, where by `live-replay` recorded bars will do. */
function lackingBy(strategy: FillStrategy, { lacks }: Pick<Ensured, 'lacks'>): readonly LackingSpan[] {
  const isLacking = ({ why }: LackingSpan): boolean => strategy !== 'live-replay' || why !== 'provisional';
  return lacks.flatMap(({ ranges }) => ranges).filter(isLacking);
}

interface Filled extends Pick<Ensured, 'failures' | 'stopped'> {
  readonly lacks: readonly LackingSpan[];
}

function assertFilled(
  { ticker, interval }: StoredSeries,
  { failures: [failure], stopped, lacks }: Filled,
  cause: unknown,
): void {
  if (failure === undefined && stopped === null) {
    const span = lacks.find(({ why }) => why === 'rejected') ?? lacks[0];
    if (span === undefined) return;
    const why =
      span.why === 'rejected'
        ? 'of which bars came that are wrong: check-data --issues lists them'
        : 'of which the fetcher had no bar, or too few to believe that these are all';
    throw new BackfillError('incomplete', `${ticker} ${interval} lacks ${span.start} to ${span.end}, ${why}`);
  }
  if (cause instanceof BackfillError) throw cause;
  const { code, message } = failure ?? { code: 'provider-down' as const, message: stopped?.message ?? '' };
  // What only a fetcher said nobody has asked for again.
  throw new BackfillError(code, message, { retryable: cause !== undefined, cause });
}

function withoutFetcher(
  { ticker, interval }: { readonly ticker: string; readonly interval: Interval },
  { start, end }: SessionDates,
): BackfillError {
  const what = `${ticker} ${interval} lacks ${start} to ${end}`;
  return new BackfillError('usage', `${what}, and there is nobody to ask: give the provider a fetcher`);
}
