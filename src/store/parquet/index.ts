import { resolve } from 'node:path';
import type { ActionBook } from '../../core/actions/action-book.ts';
import type { CorporateAction, Revision, Series } from '../../core/bars/bars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import type { DayRange } from '../../core/session/day.ts';
import { periodRange } from '../../core/bars/partition.ts';
import type { Examination, ExamineOptions } from '../damage.ts';
import type { ForgetOrder, ForgottenEntry, Restored } from '../forgotten.ts';
import type {
  BarStore,
  CommitNote,
  Lease,
  Rejected,
  RejectedRow,
  Rename,
  ScanOptions,
  SeriesEdit,
  SeriesUpdate,
  UpsertResult,
} from '../store.ts';
import type { Scan } from '../scan.ts';
import type { Staging } from '../staging.ts';
import { forgetActionsIn, mergeActions, updateActions } from './beside/actions.ts';
import { readBookFile } from './beside/action-file.ts';
import { commitFolder } from './files/commit.ts';
import type { CommitFs } from './files/commit-fs.ts';
import type { AdjustedView, JudgeBasis, QueryUse, StoreViews } from '../views.ts';
import { asUnusable, DISK } from './files/disk.ts';
import { examineStore } from './doctor/examine.ts';
import { editSeries } from './edit.ts';
import { forgetRange } from './forgotten/forget.ts';
import { listEntries } from './forgotten/entry.ts';
import { keepForgotten } from './forgotten/keep.ts';
import { restoreForgotten } from './forgotten/restore.ts';
import { assertPlaces } from './files/kind.ts';
import { LastingFolders } from './files/lasting.ts';
import { lockStore, type StoreLock } from './files/lock.ts';
import { keepRejected, listAside } from './beside/quarantine.ts';
import { moveRevisionsIn } from './beside/move-revisions.ts';
import { queryStore } from './sql/query.ts';
import { readUniverseFile, saveRunRecord } from './beside/records.ts';
import { Reads } from './beside/reads.ts';
import { readRejectedRows } from './beside/rejected.ts';
import { addRename, readRenamesFile } from './beside/renames.ts';
import { readRevisionsOf } from './beside/revisions.ts';
import { scanStore } from './scan.ts';
import { listStaged, putStaged, readStaged, removeStaged } from './beside/staged.ts';
import { openScanCache, type Remembered, type ScanCache } from './partition/scan-cache.ts';
import { readSeriesIn } from './series.ts';
import { sweepAfter } from './files/sweep.ts';
import { upsertSeries } from './upsert.ts';
import { storeViews } from './sql/views.ts';

/**
 * A store of Parquet files below a folder (see `layout.ts`), which need not exist: the first write creates it.
 * Nothing is read or written before the first call. Threads that work on one store each open it for themselves.
 */
export function openParquetStore(root: string, fs: CommitFs = DISK): BarStore {
  return new ParquetStore(resolve(root), fs);
}

const allAdjustable: JudgeBasis = async () => [];

/** What the writer of a store holds. */
interface Held {
  readonly lock: StoreLock;
  /** From the first scan on that it is of use to. */
  cache: ScanCache | undefined;
  /** Whether nobody who wrote under it died or met trouble with the disk. */
  inOrder: boolean;
}

class ParquetStore implements BarStore {
  readonly url: string;
  readonly #fs: CommitFs;
  readonly #lasting: LastingFolders;
  /** Held by the writer. */
  #lease: Held | undefined;
  /** What was committed without it, for the writer to be told. */
  #committed: Remembered[] = [];

  constructor(root: string, fs: CommitFs) {
    this.url = root;
    this.#lasting = new LastingFolders(root);
    this.#fs = { ...fs, lasting: this.#lasting };
  }

  acquire(): Promise<Lease> {
    return this.#usable(async () => {
      await assertPlaces(this.url);
      await commitFolder(this.#fs, this.url, this.url);
      const lock = await lockStore(this.url);
      this.#lasting.reset();
      try {
        if (lock.untidySince !== null) {
          await sweepAfter(this.#fs, this.url, lock.untidySince);
          lock.tidied();
        }
      } catch (error) {
        lock.free(false);
        throw error;
      }
      const held: Held = { lock, cache: undefined, inOrder: true };
      this.#lease = held;
      return {
        note: (files) => {
          for (const file of files as readonly Remembered[]) held.cache?.remember(file);
        },
        noteTrouble: () => {
          held.inOrder = false;
        },
        release: () => this.#release(held),
      };
    });
  }

  async #release(held: Held): Promise<void> {
    if (this.#lease !== held) return;
    this.#lease = undefined;
    await held.cache?.save(this.#fs, this.url);
    held.lock.free(held.inOrder);
    this.#lasting.reset();
  }

  scan(options: ScanOptions = {}): Promise<Scan> {
    const held = this.#lease;
    const openCache = (files: number): ScanCache | undefined => {
      const cache = held?.cache ?? openScanCache(this.url, files);
      if (held !== undefined) held.cache = cache;
      return cache;
    };
    const tools = { mayMove: held !== undefined, openCache, ...(held && { since: held.lock.since }) };
    return this.#usable(() => scanStore(this.#fs, this.url, options, tools));
  }

  committed(): readonly CommitNote[] {
    return this.#committed.splice(0);
  }

  /** Takes note of what a file says that was committed a moment ago. */
  readonly #note = (file: Remembered): void => {
    if (this.#lease === undefined) this.#committed.push(file);
    else this.#lease.cache?.remember(file);
  };

  edit(series: Series, range: DayRange): Promise<SeriesEdit> {
    return this.#usable(async () => {
      const edit = await editSeries(this.#fs, this.url, series, range, this.#note);
      return { ...edit, commit: (change) => this.#usable(() => edit.commit(change)) };
    });
  }

  upsert(update: SeriesUpdate): Promise<UpsertResult> {
    return this.#usable(() => upsertSeries(this.#fs, this.url, update, { note: this.#note }));
  }

  views(adjusted: AdjustedView, judge: JudgeBasis = allAdjustable): Promise<StoreViews> {
    return this.#usable(async () => {
      const scan = await this.scan();
      return storeViews(this.url, adjusted, scan, await judge(scan, [adjusted], () => true));
    });
  }

  async query<T>(
    sql: string,
    adjusted: AdjustedView,
    use: QueryUse<T>,
    judge: JudgeBasis = allAdjustable,
  ): Promise<T> {
    return queryStore(this.url, () => this.scan(), sql, { adjusted, judge }, use);
  }

  readBars(series: Series, range: DayRange = periodRange('all')): Promise<StoredBars> {
    return this.#usable(async () => (await readSeriesIn(this.url, series, range))?.bars ?? NO_BARS);
  }

  readRevisions(series: Series): Promise<Revision[]> {
    return this.#usable(() => readRevisionsOf(this.url, series));
  }

  moveRevisions(from: string, to: string, days: DayRange): Promise<number> {
    return this.#usable(() => moveRevisionsIn(this.#fs, this.url, from, to, days));
  }

  forget(series: Series, range: DayRange = periodRange('all')): Promise<number> {
    return this.#usable(() => forgetRange(this.#fs, this.url, series, range));
  }

  keepForgotten(order: ForgetOrder): Promise<ForgottenEntry | undefined> {
    return this.#usable(() => keepForgotten(this.#fs, this.url, order));
  }

  listForgotten(): Promise<readonly ForgottenEntry[]> {
    return this.#usable(() => listEntries(this.url));
  }

  restoreForgotten(id: string, at: number): Promise<Restored> {
    return this.#usable(() => restoreForgotten(this.#fs, this.url, id, at));
  }

  readActionBook(ticker: string): Promise<ActionBook> {
    return this.#usable(async () => (await new Reads(this.url).book(ticker)).book);
  }

  readActions(ticker: string): Promise<CorporateAction[]> {
    return this.#usable(async () => {
      const { entries } = (await readBookFile(this.url, ticker)).book;
      return entries.map(({ action }) => action);
    });
  }

  updateActions(ticker: string, change: (before: ActionBook) => ActionBook): Promise<void> {
    return this.#usable(() => updateActions(this.#fs, this.url, ticker, change, this.#note));
  }

  upsertActions(
    ticker: string,
    actions: readonly CorporateAction[],
    covered: DayRange,
    source: string,
    fetchedAt: number,
  ): Promise<void> {
    const answer = { actions, covered, source, fetchedAt };
    return this.#usable(() => mergeActions(this.#fs, this.url, ticker, answer, this.#note));
  }

  forgetActions(ticker: string, range: DayRange = periodRange('all')): Promise<number> {
    return this.#usable(() => forgetActionsIn(this.#fs, this.url, ticker, range));
  }

  quarantine(series: Series, rows: readonly RejectedRow[], source: string, fetchedAt: number): Promise<void> {
    return this.#usable(() => keepRejected(this.#fs, this.url, series, rows, source, fetchedAt));
  }

  readRejected(options: ScanOptions = {}): Promise<Rejected> {
    return this.#usable(() => readRejectedRows(this.#fs, this.url, options));
  }

  listSetAside(): Promise<readonly string[]> {
    return this.#usable(() => listAside(this.url));
  }

  readRenames(): Promise<readonly Rename[]> {
    return this.#usable(() => readRenamesFile(this.url));
  }

  saveRename(rename: Rename): Promise<void> {
    return this.#usable(() => addRename(this.#fs, this.url, rename));
  }

  readUniverse(name: string): Promise<readonly string[] | undefined> {
    return this.#usable(() => readUniverseFile(this.url, name));
  }

  examine(options: ExamineOptions): Promise<Examination> {
    return this.#usable(() => examineStore(this.#fs, this.url, options));
  }

  readonly staging: Staging = {
    list: () => this.#usable(() => listStaged(this.url)),
    put: (slice, asOf, series) => this.#usable(() => putStaged(this.#fs, this.url, slice, asOf, series)),
    read: (slice, bucket) => this.#usable(() => readStaged(this.url, slice, bucket)),
    remove: (slices) => this.#usable(() => removeStaged(this.#fs, this.url, slices)),
  };

  saveRun(startedAt: number, record: object): Promise<string> {
    return this.#usable(() => saveRunRecord(this.#fs, this.url, startedAt, record));
  }

  /** Turns what the file system says into `store-unusable`. */
  async #usable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const trouble = asUnusable(this.url, error);
      if (trouble !== error && this.#lease !== undefined) this.#lease.inOrder = false;
      throw trouble;
    }
  }
}
