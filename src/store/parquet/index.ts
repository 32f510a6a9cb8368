import { resolve } from 'node:path';
import type { ActionBook } from '../../core/actions/action-book.ts';
import type { CorporateAction, Revision, Series } from '../../core/bars/bars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { OnDone } from '../bounded.ts';
import type { Restored } from '../forgotten.ts';
import type {
  BarStore,
  CommitNote,
  FirstFillNotes,
  Lease,
  Rejected,
  RejectedRow,
  ScanOptions,
  SeriesEdit,
  SeriesUpdate,
  UpsertResult,
} from '../store.ts';
import type { Scan } from '../scan.ts';
import { forgetActionsIn, updateActions } from './beside/actions.ts';
import { readActionsInForce } from './beside/action-file.ts';
import type { Blobs } from './files/blobs.ts';
import type { CommitFs } from './files/commit-fs.ts';
import type { AdjustedView, JudgeBasis, QueryUse, StoreViews } from '../views.ts';
import { asUnusable } from './files/trouble.ts';
import { examineStore } from './doctor/examine.ts';
import { factsOf } from './doctor/writer-at-work.ts';
import { commitEach, editSeries } from './edit.ts';
import { forgetRange } from './forgotten/forget.ts';
import { listEntries } from './forgotten/entry.ts';
import { keepForgotten } from './forgotten/keep.ts';
import { restoreForgotten } from './forgotten/restore.ts';
import { openFolder } from './files/folder.ts';
import { assertMayBeHere } from './files/nested.ts';
import { keepRejected, listAside } from './beside/quarantine.ts';
import { moveRevisionsIn } from './beside/move-revisions.ts';
import { queryStore } from './sql/query.ts';
import { openBegunPlans } from './beside/begun-plans.ts';
import { openHandedOver } from './beside/handed-over.ts';
import { openLiveRecord } from './beside/live-record.ts';
import { openQuotaJournal } from './beside/quota-journal.ts';
import { openFirstFills } from './beside/first-fills.ts';
import { nextRunId, readRunRecords, saveRunRecord } from './beside/records.ts';
import {
  listUniverses,
  readNewestUniverse,
  readPortfolio,
  savePortfolio,
  saveUniverse,
} from './beside/universes.ts';
import { Reads } from './beside/reads.ts';
import { readRejectedRows } from './beside/rejected.ts';
import { addRename, readRenamesFile, removeRename } from './beside/renames.ts';
import { readRevisionsOf } from './beside/revisions.ts';
import { holdingsOf } from './holdings.ts';
import { scanStore } from './scan.ts';
import { openStaging } from './beside/staged.ts';
import { hasDamageNotes, moveLost } from './partition/damage-notes.ts';
import { findLookalikes } from './lookalikes.ts';
import { Holding } from './held.ts';
import { cacheFor, type Remembered, type ScanCache } from './partition/scan-cache.ts';
import { readSeriesIn } from './series.ts';
import { upsertSeries } from './upsert.ts';
import { allAdjustable, storeViews } from './sql/views.ts';

/**
 * A store of Parquet files below a folder (see `layout.ts`), which need not exist: the first write creates it.
 * Nothing is read or written before the first call. Threads that work on one store each open it for themselves, under the
 * `lock` of the one that acquired it.
 */
export function openParquetStore(root: string, disk?: CommitFs, lock?: string): BarStore {
  return storeOn(openFolder(resolve(root), disk, undefined, lock));
}

/** The same of files that lie anywhere. */
export function storeOn(blobs: Blobs): BarStore {
  return new ParquetStore(blobs);
}

class ParquetStore implements BarStore {
  readonly url: string;
  readonly folder: string | undefined;
  readonly #blobs: Blobs;
  readonly #holding: Holding;
  /** What was committed without it, for the writer to be told. */
  #committed: Remembered[] = [];

  constructor(blobs: Blobs) {
    this.url = blobs.url;
    this.folder = blobs.folder;
    this.#blobs = blobs;
    this.#holding = new Holding(blobs);
  }

  acquire(): Promise<Lease> {
    return this.#usable(async () => {
      await assertMayBeHere(this.#blobs);
      return this.#holding.take(() => this.firstFills.list());
    });
  }

  get isShared(): boolean {
    return this.#blobs.join !== undefined;
  }

  join(lock: string): Promise<Lease> {
    return this.#usable(() => this.#holding.join(lock));
  }

  scan(options: ScanOptions = {}): Promise<Scan> {
    const held = this.#holding.own;
    const openCache = (files: number): Promise<ScanCache | undefined> => cacheFor(this.#blobs, files, held);
    return this.#usable(() => scanStore(this.#blobs, options, { mayMove: this.#holding.isHeld, openCache }));
  }

  lookalikes(series: readonly Series[]): Promise<ReadonlyMap<string, readonly Series[]>> {
    return this.#usable(() => findLookalikes(this.#blobs, series, this.#holding.own));
  }

  committed(): readonly CommitNote[] {
    return this.#committed.splice(0);
  }

  /** Takes note of what a file says that was committed a moment ago. */
  readonly #note = (file: Remembered): void => {
    if (!this.#holding.note(file)) this.#committed.push(file);
  };

  edit(series: Series, range: DayRange): Promise<SeriesEdit> {
    return this.#usable(async () => {
      const edit = await editSeries(this.#blobs, series, range, this.#note);
      return { ...edit, commit: (change) => this.#usable(() => edit.commit(change)) };
    });
  }

  readonly commitAll: BarStore['commitAll'] = (commits) => commitEach(commits);

  upsert(update: SeriesUpdate): Promise<UpsertResult> {
    return this.#usable(() => upsertSeries(this.#blobs, update, { note: this.#note }));
  }

  views(adjusted: AdjustedView, judge: JudgeBasis = allAdjustable): Promise<StoreViews> {
    return this.#usable(async () => {
      const scan = await this.scan();
      return storeViews(
        await this.#blobs.survey(Number.POSITIVE_INFINITY),
        adjusted,
        scan,
        await judge(scan, [adjusted], () => true),
      );
    });
  }

  async query<T>(
    sql: string,
    adjusted: AdjustedView,
    use: QueryUse<T>,
    judge: JudgeBasis = allAdjustable,
  ): Promise<T> {
    return queryStore(this.#blobs, () => this.scan(), sql, { adjusted, judge }, use);
  }

  readonly hasDamage: BarStore['hasDamage'] = () => this.#usable(() => hasDamageNotes(this.#blobs));

  readBars(series: Series, range: DayRange = periodRange('all')): Promise<StoredBars> {
    return this.#usable(async () => (await readSeriesIn(this.#blobs, series, range))?.bars ?? NO_BARS);
  }

  readRevisions(series: Series): Promise<Revision[]> {
    return this.#usable(() => readRevisionsOf(this.#blobs, series));
  }

  moveRevisions(from: string, to: string, days: DayRange, intervals?: readonly Interval[]): Promise<number> {
    return this.#usable(() => moveRevisionsIn(this.#blobs, from, to, days, intervals));
  }

  moveLost(from: string, to: string, days: DayRange): Promise<void> {
    return this.#usable(() => moveLost(this.#blobs, from, to, days));
  }

  forget(series: Series, range: DayRange = periodRange('all')): Promise<number> {
    return this.#usable(() => forgetRange(this.#blobs, series, range));
  }

  readonly keepForgotten: BarStore['keepForgotten'] = (order) =>
    this.#usable(() => keepForgotten(this.#blobs, order));

  readonly listForgotten: BarStore['listForgotten'] = () => this.#usable(() => listEntries(this.#blobs));

  restoreForgotten(id: string, at: number, onDone?: OnDone): Promise<Restored> {
    return this.#usable(() => restoreForgotten(this.#blobs, id, at, onDone));
  }

  readActionBook(ticker: string): Promise<ActionBook> {
    return this.#usable(async () => (await new Reads(this.#blobs).book(ticker)).book);
  }

  readActions(ticker: string): Promise<CorporateAction[]> {
    return this.#usable(() => readActionsInForce(this.#blobs, ticker));
  }

  updateActions(ticker: string, change: (before: ActionBook) => ActionBook): Promise<void> {
    return this.#usable(() => updateActions(this.#blobs, ticker, change, this.#note));
  }

  forgetActions(ticker: string, range: DayRange = periodRange('all')): Promise<number> {
    return this.#usable(() => forgetActionsIn(this.#blobs, ticker, range));
  }

  quarantine(series: Series, rows: readonly RejectedRow[], source: string, fetchedAt: number): Promise<void> {
    return this.#usable(() => keepRejected(this.#blobs, series, rows, source, fetchedAt));
  }

  readRejected(options: ScanOptions = {}): Promise<Rejected> {
    return this.#usable(() => readRejectedRows(this.#blobs, options));
  }

  readonly listSetAside: BarStore['listSetAside'] = () => this.#usable(() => listAside(this.#blobs));

  readonly readRenames: BarStore['readRenames'] = () => this.#usable(() => readRenamesFile(this.#blobs));

  readonly saveRename: BarStore['saveRename'] = (one) => this.#usable(() => addRename(this.#blobs, one));

  readonly removeRename: BarStore['removeRename'] = (one) =>
    this.#usable(() => removeRename(this.#blobs, one));

  readUniverse(name: string, until?: Day): ReturnType<BarStore['readUniverse']> {
    return this.#usable(() => readNewestUniverse(this.#blobs, name, until));
  }

  readonly listUniverses: BarStore['listUniverses'] = () => this.#usable(() => listUniverses(this.#blobs));

  readonly saveUniverse: BarStore['saveUniverse'] = (head, members) =>
    this.#usable(() => saveUniverse(this.#blobs, head, members));

  readonly readPortfolio: BarStore['readPortfolio'] = () => this.#usable(() => readPortfolio(this.#blobs));

  readonly savePortfolio: BarStore['savePortfolio'] = (text) =>
    this.#usable(() => savePortfolio(this.#blobs, text));

  readonly whyNone: BarStore['whyNone'] = () => this.#usable(() => this.#blobs.whyNone());

  readonly facts: BarStore['facts'] = () => this.#usable(() => factsOf(this.#blobs));

  readonly examine: BarStore['examine'] = (options) => this.#usable(() => examineStore(this.#blobs, options));

  get staging(): BarStore['staging'] {
    return openStaging(this.#blobs, (work) => this.#usable(work));
  }

  get holdings(): BarStore['holdings'] {
    return holdingsOf(this.#blobs, this.#note, (work) => this.#usable(work));
  }

  get firstFills(): FirstFillNotes {
    return openFirstFills(this.#blobs, (work) => this.#usable(work));
  }

  get quotaJournal(): BarStore['quotaJournal'] {
    return openQuotaJournal(this.#blobs, (work) => this.#usable(work));
  }

  get liveRecord(): BarStore['liveRecord'] {
    return openLiveRecord(this.#blobs, (work) => this.#usable(work));
  }

  get handedOver(): BarStore['handedOver'] {
    return openHandedOver(this.#blobs, (work) => this.#usable(work));
  }

  get begunPlans(): BarStore['begunPlans'] {
    return openBegunPlans(this.#blobs, (work) => this.#usable(work));
  }

  readonly nextRunId: BarStore['nextRunId'] = (at) => this.#usable(() => nextRunId(this.#blobs, at));

  readonly saveRun: BarStore['saveRun'] = (at, record, id) =>
    this.#usable(() => saveRunRecord(this.#blobs, at, record, id));

  readonly readRuns: BarStore['readRuns'] = (most, beginning = '') =>
    this.#usable(() => readRunRecords(this.#blobs, most, beginning));

  /** Turns what the file system says into `store-unusable`. */
  async #usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const trouble = asUnusable(this.url, error);
      if (trouble !== error) this.#holding.noteTrouble();
      throw trouble;
    }
  }
}
