import type { RunSummary } from '../backfill/settle/summary.ts';
import type { UniverseSpec } from '../backfill/want/universe.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { ActionBook } from '../core/actions/action-book.ts';
import type { Bar, CorporateAction, Series } from '../core/bars/bars.ts';
import type { Freshness } from '../core/coverage/freshness.ts';
import type { BackfillError } from '../core/errors.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { CoverageReport } from '../report/coverage.ts';
import type { SeriesRevision } from '../report/revisions-text.ts';
import type { IssuesReport } from '../report/issues.ts';
import type { SqlRows } from '../store/sql.ts';
import type { LeftOut, StoreViews } from '../store/views.ts';
import type { Examination } from '../store/damage.ts';
import type { ForgottenEntry } from '../store/forgotten.ts';
import type { Scan } from '../store/scan.ts';
import type { BarStreams } from './bar-streams.ts';
import type { ActionsChange } from './actions-by-hand.ts';
import type { Exported } from './exported.ts';
import type { CoverageHtml } from '../report/coverage-page/page-html.ts';
import type { Filling } from './filling.ts';
import type { DoctorOptions } from './doctor.ts';
import type { BroughtBack, Forgettable, ForgetOptions, ForgetRange, Forgotten } from './forgotten.ts';
import type { RunOnRecord, RunsOnRecord } from '../report/runs-text.ts';
import type { SeriesStatus, StoreStatus } from '../report/status-text.ts';
import type { LeftToRetry } from '../report/left-text.ts';
import type { NotFound } from './not-found.ts';
import type { AdjustOptions, ExportRequest, PlotOptions, ReadOptions } from './read-options.ts';
import type { BackfillOptions, HistoryRequest, PlanRequest, UniverseRequest } from './requests.ts';
import type { Recording } from './recording.ts';
import type { SourceNote } from './source-note.ts';
import type { Renamed, RenameDates, RenameOptions, RenameRange, RenameUndone } from './renamed.ts';

export type { HistoryOptions, ReaderOptions } from './history-options.ts';
export type { BackfillOptions, HistoryRequest, PlanRequest, UniverseRequest } from './requests.ts';

/** Which stored series are meant. */
export interface SeriesSelection {
  /** Default: all that are stored. */
  readonly tickers?: UniverseSpec;
  readonly intervals?: readonly Interval[];
}

export interface VerifyOptions
  extends SeriesSelection, RangeOptions, Pick<BackfillOptions, 'onEvent' | 'stop'> {
  /** Part of the final sessions, above 0, at most 1. Default 0.01. */
  readonly sample?: number;
  /** Another seed, another sample. Default: today's date as a number. */
  readonly seed?: number;
}

export interface RevisionsRequest extends SeriesSelection {
  /** Told of each file that cannot be read, which is passed over. Default: it is thrown. */
  readonly onDamage?: (error: BackfillError) => void;
}

/** What is said of adjusted bars, in lines. */
export interface BasisSaid {
  /** A series that is not among them, and why. */
  readonly notAdjusted: readonly string[];
  /** A dividend whose size the prices contradict; it is used. */
  readonly doubts: readonly string[];
}

/**
 * What is done with the rows of a query. `leftOut`: what the store's views are without: damaged files, foreign folders.
 * `basis`: of the adjusted bars that it asks for.
 */
export type QueryUse<T> = (rows: SqlRows, leftOut: readonly LeftOut[], basis: BasisSaid) => Promise<T>;

/** The statements that define the views, and what is not in them. */
export type ViewsScript = StoreViews & BasisSaid;

/**
 * The price history of many tickers, kept complete in a store. Methods throw `BackfillError`; match on its `code`.
 *
 * Calls may overlap. Those that write the same tickers follow each other, and ask for nothing that the one before has
 * stored; others go side by side. The store is held against other processes while any of them writes.
 *
 * @example
 * const history = await openHistory({ store: './data' });
 * await history.backfill({ tickers: ['AAPL', 'MSFT'], days: 252 });
 * const bars = await history.read({ ticker: 'AAPL', interval: '1d' }, { start: '2026-01-01' });
 * await history.close();
 */
export interface History extends BarStreams, Filling, Recording {
  readonly capabilities: Capabilities;
  /** What the store knows of each series, without reading bars. Default: of all. */
  scan(request?: SeriesSelection): Promise<Scan>;
  /** What there is to know of the source before it is asked. Makes no request. Throws `usage` and `store-unusable`. */
  notes(): Promise<readonly SourceNote[]>;
  /**
   * The tickers of a backfill, in their order, with the days on which each is wanted: of use to do it in parts, see
   * `batchesOf`. Throws what that would throw for the whole of it.
   */
  universe(request?: UniverseRequest): Promise<Universe>;
  /**
   * What a backfill would do. Changes nothing, and makes no request but for a provider's own list of tickers; `onEvent` hears
   * what it found. With `to` it writes the plan out, for a later `backfill({ plan })`: of one provider, and not of `derive`.
   * Throws `usage` where that cannot be.
   */
  plan(request?: PlanRequest): Promise<Plan>;
  /** What `retryFailed` would ask for, by the records of the last runs and what is stored. Makes no request. */
  leftUndone(
    request?: Pick<BackfillOptions, 'tickers' | 'intervals' | 'derive' | 'stop'>,
  ): Promise<LeftToRetry>;
  /**
   * Closes the gaps. Failures of single tickers are in the summary, not thrown. With `plan` throws `usage`, having asked for
   * nothing, where the file is not as it was written, was made for another store, provider or version, or the store has moved
   * since.
   */
  backfill(request?: BackfillOptions): Promise<RunSummary>;
  /**
   * Coverage of stored series. Default range: from the first session known of each series to the last settled one.
   * Default tickers: all in the store. Of what is named and not stored: from the first session known of the other series of
   * its calendar and interval.
   */
  coverage(request?: HistoryRequest): Promise<CoverageReport>;
  /**
   * The same as a page of one HTML file, with a map of sessions and tickers, and what `issues` and `revisions` give of the same
   * series. Reads every bar. Throws `usage` where the library was bundled without the scripts of its pages.
   */
  coverageHtml(request?: HistoryRequest): Promise<CoverageHtml>;
  /**
   * What the stored series of each calendar lack, also of days to come, and how much of their sessions is stored. Reads no bar.
   * Default: all in the store.
   */
  freshness(request?: SeriesSelection): Promise<Freshness>;
  /** Why there is no store to read, see `BarStore.whyNone`: to whatever else is asked it answers as an empty one. */
  whyNone(): Promise<string | undefined>;
  /** The store, its last run, and the keys and quotas of the providers. Reads no bar, makes no request, writes nothing. */
  status(): Promise<StoreStatus>;
  /** The runs on record that were begun last (default: 20). Throws `usage`. */
  runs(request?: { readonly last?: number }): Promise<RunsOnRecord>;
  /** A run on record, by its id, the beginning of one, or `last`. Throws `usage` where it is none or of several. */
  run(id: string): Promise<RunOnRecord>;
  /** What is stored of some tickers (default: of all), by series; of those of which nothing is, nothing. Writes nothing. */
  seriesStatus(request?: SeriesSelection): Promise<readonly SeriesStatus[]>;
  /** Of which tickers that are named there is not one bar in the range, and why. Intervals and range as in `coverage`. */
  notFound(request: HistoryRequest & Pick<BackfillOptions, 'stop'>): Promise<readonly NotFound[]>;
  /**
   * Fetches a sample of the final sessions again, to see whether the provider still says the same: `drift` of the summary
   * tells. What changed is stored like any newer answer, the old values as revisions. Throws `usage`, and `not-stored` where
   * nothing of the tickers that are named can be drawn.
   */
  verify(request: VerifyOptions): Promise<RunSummary>;
  /** What is wrong or odd about the content: quarantined rows, odd bars, unknown splits. Reads every bar. */
  issues(request?: SeriesSelection): Promise<IssuesReport>;
  /** Final bars that a later answer changed, with their old values, and those that stayed against one. */
  revisions(request?: RevisionsRequest): Promise<SeriesRevision[]>;
  /**
   * Stored bars, ascending, as traded unless `adjust` says otherwise; perhaps none. Throws `not-stored` for a series without any,
   * `store-corrupt` where damage took some of the range, `basis-unknown` where factors lack something, and `incomplete`.
   */
  read(series: Series, options?: ReadOptions): Promise<Bar[]>;
  /**
   * What is stored of a series as SVG: bars, the sessions without one, splits and dividends. Throws like `read`, and
   * `not-stored` where it has no bar in the range.
   */
  plot(series: Series, options?: PlotOptions): Promise<string>;
  /**
   * Runs one SELECT of DuckDB over the views of the store (see `views`) and gives its rows to `use`, and the files that
   * are not in them. Throws `usage` for what is no such query, in DuckDB's words. A process must not be ended by
   * `process.exit` while it runs.
   */
  query<T>(sql: string, use: QueryUse<T>, options?: AdjustOptions): Promise<T>;
  /** The DuckDB statements that define the views (here `adjust` is `all` by default), and the files and folders left out. */
  views(options?: AdjustOptions): Promise<ViewsScript>;
  /** A line for each stored series that cannot be adjusted (default: for splits and dividends). */
  unadjustable(options?: AdjustOptions): Promise<readonly string[]>;
  /** A line for each dividend whose size the prices contradict (default: of all tickers); adjusted reads use it anyway. */
  doubtfulDividends(request?: AdjustOptions & Pick<SeriesSelection, 'tickers'>): Promise<readonly string[]>;
  /**
   * Writes bars of many tickers (default: all in the store) to a file outside the store, which appears whole or not at
   * all, or to a stream of text. Tickers that are named and have no bar in the range, and series that cannot be adjusted,
   * are left out and named; where that is every one, no file is written.
   */
  export(request: ExportRequest): Promise<Exported>;
  /** Splits and dividends of a ticker that are in force, ascending by ex-date. */
  actions(ticker: string): Promise<CorporateAction[]>;
  /** All that is known of a ticker's splits and dividends: also what is in force no more, since when and by whom. */
  actionBook(ticker: string): Promise<ActionBook>;
  /** Adds or withdraws a split or dividend by hand; gives what is known then. Throws `usage` and `store-locked`. */
  changeActions(ticker: string, change: ActionsChange): Promise<ActionBook>;
  /** A line for each split in force and stored series of a ticker whose bars contradict it: adjusted reads are without that. */
  contradictedSplits(ticker: string): Promise<readonly string[]>;
  /** What `forget` would remove. Changes nothing. */
  forgettable(tickers: string | readonly string[], range?: ForgetRange): Promise<Forgettable>;
  /**
   * Removes rows and knowledge, so that they count as missing; `all` is every ticker in the store. What goes lies in
   * `quarantine/` first, from where `restore` brings it back.
   */
  forget(tickers: string | readonly string[], range?: ForgetRange & ForgetOptions): Promise<Forgotten>;
  /** What was forgotten and lies in `quarantine/`, oldest first. */
  forgotten(): Promise<readonly ForgottenEntry[]>;
  /**
   * Brings back what was forgotten, exactly: bars, knowledge, splits and dividends. What is final now stays; where it
   * differs nothing is changed, and `usage` is thrown. Throws `store-locked`.
   */
  restore(id: string, options?: ForgetOptions): Promise<BroughtBack>;
  /**
   * An instrument got another ticker: what is stored of the old one's sessions in the range becomes the new one's, and is
   * forgotten under the old ticker, which may be another instrument's now. Where the new one has a final bar of its own,
   * that stays, if it is of the same prices or `keepNew` says so. Interrupted, it is completed by the same call. Throws
   * `usage` for what cannot be one instrument.
   */
  rename(from: string, to: string, range?: RenameRange): Promise<Renamed>;
  /** The renames that a map file of Lean tells of, oldest first. Throws `usage` before it moves anything. */
  renameByMapFile(path: string, options?: RenameOptions): Promise<readonly Renamed[]>;
  /**
   * Takes a rename back that is recorded, of these days (default: the only one of these tickers): what it moved goes back to
   * the old ticker. Interrupted, it is completed by the same call. Throws `usage`, having moved nothing, where what is whose
   * cannot be told any more.
   */
  undoRename(from: string, to: string, range?: RenameDates): Promise<RenameUndone>;
  /** Reads everything in the store and says what is damaged; with `fix` mends what can be. */
  doctor(options?: DoctorOptions): Promise<Examination>;
  /**
   * Holds the store against other processes while `work` goes on, as each call that writes does by itself: what is done in
   * several calls is then done by this process alone. Throws `store-locked`, before `work` begins, where another one writes it.
   */
  holding<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Waits for all calls that came before, then ends the threads; those that come later are refused with `cancelled`. Each batch that
   * a loop reads is a call, and the loop is none: it gives the rows that it has read, and ends with `cancelled` at the next batch.
   */
  close(): Promise<void>;
}
