import type { ActionBook } from '../../core/actions/action-book.ts';
import type { CorporateAction, Revision, Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { DayRange } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { OnDone } from '../bounded.ts';
import type { StoreFacts } from '../facts.ts';
import type { ForgetOrder, ForgottenEntry, Restored } from '../forgotten.ts';
import { openBegunPlans } from '../parquet/beside/begun-plans.ts';
import { openHandedOver } from '../parquet/beside/handed-over.ts';
import { openLiveRecord } from '../parquet/beside/live-record.ts';
import { openQuotaJournal } from '../parquet/beside/quota-journal.ts';
import { openFirstFills } from '../parquet/beside/first-fills.ts';
import { keepRejected, listAside } from '../parquet/beside/quarantine.ts';
import { nextRunId, readRunRecords, saveRunRecord } from '../parquet/beside/records.ts';
import { readRejectedRows } from '../parquet/beside/rejected.ts';
import { addRename, readRenamesFile, removeRename } from '../parquet/beside/renames.ts';
import { openStaging } from '../parquet/beside/staged.ts';
import {
  listUniverses,
  readNewestUniverse,
  readPortfolio,
  savePortfolio,
  saveUniverse,
} from '../parquet/beside/universes.ts';
import type { Blobs } from '../parquet/files/blobs.ts';
import { allAdjustable } from '../parquet/sql/views.ts';
import { listEntries } from '../parquet/forgotten/entry.ts';
import { keepForgotten } from '../parquet/forgotten/keep.ts';
import { restoreForgotten } from '../parquet/forgotten/restore.ts';
import { type FirstFills, notShared } from '../lease.ts';
import type { Scan } from '../scan.ts';
import type {
  BarStore,
  FirstFillNotes,
  Lease,
  Rejected,
  RejectedRow,
  Rename,
  ScanOptions,
  SeriesCommit,
  SeriesEdit,
  SeriesUpdate,
  UpsertResult,
} from '../store.ts';
import { editSeries, upsertSeries } from './edit.ts';
import { examineTables } from './examine.ts';
import { GroupCommit } from './group-commit.ts';
import { forgetActions, liveTables, readBook, updateBook } from './live.ts';
import { holdingsOf } from './holdings.ts';
import { findLookalikes } from './lookalikes.ts';
import { moveRevisions } from './move-revisions.ts';
import { queryTables } from './query.ts';
import { inTheirOrder } from './revisions.ts';
import { scanTables } from './scan.ts';
import type { HeldLease, Tables } from './tables.ts';

const ALL = periodRange('all');

/** A store in the tables of a server, whatever that speaks. */
export class TableStore implements BarStore {
  readonly url: string;
  readonly folder = undefined;
  readonly #tables: Tables;
  readonly #group: GroupCommit;
  readonly #documents: Blobs;
  #held: HeldLease | undefined;

  constructor(tables: Tables) {
    this.url = tables.url;
    this.#tables = tables;
    this.#group = new GroupCommit(tables);
    this.#documents = tables.documents;
  }

  #usable<T>(work: () => Promise<T>): Promise<T> {
    return this.#tables.usable(work);
  }

  readonly whyNone: BarStore['whyNone'] = () => this.#usable(() => this.#documents.whyNone());

  readonly assertMayWrite = () => this.#usable(async () => this.#tables.assertMayWrite?.());

  acquire(): Promise<Lease> {
    return this.#usable(async () =>
      this.#holding(await this.#tables.takeLease(), () => this.firstFills.list()),
    );
  }

  get isShared(): boolean {
    return this.#tables.joinLease !== undefined;
  }

  join(lock: string): Promise<Lease> {
    return this.#usable(async () => {
      const held = await this.#tables.joinLease?.(lock);
      if (held === undefined) throw notShared(this.url);
      return this.#holding(held, () => Promise.resolve([]));
    });
  }

  #holding(held: HeldLease, readLeft: () => Promise<readonly FirstFills[]>): Lease {
    this.#held = held;
    let left: Promise<readonly FirstFills[]> | undefined;
    return {
      lock: held.token,
      leftFills: async () => {
        const isFirst = left === undefined;
        left ??= readLeft();
        const fills = await left;
        return isFirst ? fills : [];
      },
      note: () => {},
      noteTrouble: () => held.noteTrouble?.(),
      release: async () => {
        if (this.#held !== held) return;
        this.#held = undefined;
        await held.free();
      },
    };
  }

  committed(): readonly [] {
    return [];
  }

  scan(options: ScanOptions = {}): Promise<Scan> {
    return this.#usable(() => scanTables(this.#tables, options));
  }

  edit(series: Series, range: DayRange): Promise<SeriesEdit> {
    return this.#usable(() => editSeries(this.#tables, this.#group.commit, series, range));
  }

  commitAll(commits: readonly SeriesCommit[]): Promise<readonly PromiseSettledResult<UpsertResult>[]> {
    return Promise.allSettled(commits.map(({ edit, change }) => edit.commit(change)));
  }

  upsert(update: SeriesUpdate): Promise<UpsertResult> {
    return this.#usable(() => upsertSeries(this.#tables, this.#group.commit, update));
  }

  lookalikes(series: readonly Series[]): Promise<ReadonlyMap<string, readonly Series[]>> {
    return this.#usable(() => findLookalikes(this.#tables, series));
  }

  readonly views: BarStore['views'] = () =>
    Promise.reject(
      new BackfillError(
        'usage',
        `${this.url} needs no views of files: its tables are there for ${this.#tables.words.reader}; backfill query asks it as it does any store`,
      ),
    );

  readonly query: BarStore['query'] = (sql, adjusted, use, judge = allAdjustable) =>
    this.#usable(async () => queryTables(this.#tables, await this.scan(), sql, { adjusted, judge }, use));

  readonly hasDamage: BarStore['hasDamage'] = () => Promise.resolve(false);

  readBars(series: Series, range: DayRange = ALL): Promise<StoredBars> {
    return this.#usable(() => this.#tables.readBars(series, range));
  }

  readRevisions(series: Series): Promise<Revision[]> {
    return this.#usable(async () =>
      inTheirOrder((await this.#tables.revisions(series)).map(({ revision }) => revision)),
    );
  }

  readonly moveRevisions: BarStore['moveRevisions'] = (from, to, days, intervals) =>
    this.#usable(() => moveRevisions(this.#tables, { from, to, days, intervals }));

  moveLost(): Promise<void> {
    return Promise.resolve();
  }

  forget(series: Series, range: DayRange = ALL): Promise<number> {
    return this.#usable(() => this.#tables.forget(series, range));
  }

  keepForgotten(order: ForgetOrder): Promise<ForgottenEntry | undefined> {
    return this.#usable(() => keepForgotten(this.#documents, order, this.#live));
  }

  listForgotten(): Promise<readonly ForgottenEntry[]> {
    return this.#usable(() => listEntries(this.#documents));
  }

  restoreForgotten(id: string, at: number, onDone?: OnDone): Promise<Restored> {
    return this.#usable(() => restoreForgotten(this.#documents, id, at, onDone, this.#live));
  }

  get #live(): ReturnType<typeof liveTables> {
    return liveTables(this.#tables);
  }

  readActionBook(ticker: string): Promise<ActionBook> {
    return this.#usable(async () => (await readBook(this.#tables, ticker)).book);
  }

  async readActions(ticker: string): Promise<CorporateAction[]> {
    return (await this.readActionBook(ticker)).entries.map(({ action }) => action);
  }

  updateActions(ticker: string, change: (before: ActionBook) => ActionBook): Promise<void> {
    return this.#usable(async () => {
      await updateBook(this.#tables, ticker, change);
    });
  }

  forgetActions(ticker: string, range: DayRange = ALL): Promise<number> {
    return this.#usable(() => forgetActions(this.#tables, ticker, range));
  }

  quarantine(series: Series, rows: readonly RejectedRow[], source: string, fetchedAt: number): Promise<void> {
    return this.#usable(() => keepRejected(this.#documents, series, rows, source, fetchedAt));
  }

  readRejected(options: ScanOptions = {}): Promise<Rejected> {
    return this.#usable(() => readRejectedRows(this.#documents, options));
  }

  listSetAside(): Promise<readonly string[]> {
    return this.#usable(() => listAside(this.#documents));
  }

  readRenames(): Promise<readonly Rename[]> {
    return this.#usable(() => readRenamesFile(this.#documents));
  }

  saveRename(rename: Rename): Promise<void> {
    return this.#usable(() => addRename(this.#documents, rename));
  }

  removeRename(rename: Rename): Promise<void> {
    return this.#usable(() => removeRename(this.#documents, rename));
  }

  readonly readUniverse: BarStore['readUniverse'] = (name, until) =>
    this.#usable(() => readNewestUniverse(this.#documents, name, until));

  listUniverses(): Promise<readonly string[]> {
    return this.#usable(() => listUniverses(this.#documents));
  }

  readonly saveUniverse: BarStore['saveUniverse'] = (head, members) =>
    this.#usable(() => saveUniverse(this.#documents, head, members));

  readPortfolio(): ReturnType<BarStore['readPortfolio']> {
    return this.#usable(() => readPortfolio(this.#documents));
  }

  savePortfolio(text: string): Promise<string> {
    return this.#usable(() => savePortfolio(this.#documents, text));
  }

  facts(): Promise<StoreFacts> {
    return this.#usable(() => this.#tables.facts());
  }

  readonly examine: BarStore['examine'] = (options) =>
    this.#usable(() => examineTables(this.#tables, options));

  get staging(): BarStore['staging'] {
    return openStaging(this.#documents, (work) => this.#usable(work));
  }

  get holdings(): BarStore['holdings'] {
    return holdingsOf(this.#tables);
  }

  get firstFills(): FirstFillNotes {
    return openFirstFills(this.#documents, (work) => this.#usable(work));
  }

  get quotaJournal(): BarStore['quotaJournal'] {
    return openQuotaJournal(this.#documents, (work) => this.#usable(work));
  }

  get liveRecord(): BarStore['liveRecord'] {
    return openLiveRecord(this.#documents, (work) => this.#usable(work));
  }

  get handedOver(): BarStore['handedOver'] {
    return openHandedOver(this.#documents, (work) => this.#usable(work));
  }

  get begunPlans(): BarStore['begunPlans'] {
    return openBegunPlans(this.#documents, (work) => this.#usable(work));
  }

  readonly nextRunId: BarStore['nextRunId'] = (at) => this.#usable(() => nextRunId(this.#documents, at));

  readonly saveRun: BarStore['saveRun'] = (at, record, id) =>
    this.#usable(() => saveRunRecord(this.#documents, at, record, id));

  readonly readRuns: BarStore['readRuns'] = (most, beginning = '') =>
    this.#usable(() => readRunRecords(this.#documents, most, beginning));
}
