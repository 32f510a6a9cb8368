import type { QuotaJournal } from '../core/plan/quota-journal.ts';
import type { Member } from '../core/universe/member.ts';
import type { UniverseHead } from '../core/universe/members-json.ts';
import type { ActionBook } from '../core/actions/action-book.ts';
import type { CorporateAction, Identity, Revision, Series } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import type { VolumeStep } from '../core/bars/compare.ts';
import type { Coverage } from '../core/coverage/coverage.ts';
import type { BackfillError } from '../core/errors.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Rename } from '../core/instrument/rename.ts';
import type { Examination, ExamineOptions } from './damage.ts';
import type { BegunPlans } from './begun-plans.ts';
import type { Scan, SetAside } from './scan.ts';
import type { Staging } from './staging.ts';
import type { AdjustedView, JudgeBasis, QueryUse, StoreViews } from './views.ts';
import type { OnDone } from './bounded.ts';
import type { StoreFacts } from './facts.ts';
import type { Holdings } from './holdings.ts';
import type { LiveRecord } from './live-record.ts';
import type { CommitNote, FirstFillNotes, Leasing } from './lease.ts';
import type { HandedOverRuns } from './handed-over.ts';
import type { StoredRun } from './stored-run.ts';
import type { ForgetOrder, ForgottenEntry, Restored } from './forgotten.ts';

/** What one answer changes in one series. */
export interface SeriesUpdate {
  readonly series: Series;
  readonly calendar: string;
  readonly bars: StoredBars;
  /** States of the sessions that the answer speaks of; merged by `learn`. */
  readonly learned: Coverage;
  readonly identity: Identity;
  /** ms since the epoch. */
  readonly fetchedAt: number;
  /**
   * How coarsely the answer knows the volumes of early sessions: a stored one within half a step is the same. Where
   * several apply, the largest wins. Default: none.
   */
  readonly volumeSteps?: readonly VolumeStep[];
  /** Final bars that stay although the answer has other values, to be kept like revisions. Default: none. */
  readonly stayed?: readonly Revision[];
  /** What `TopUps.count` is now; kept with whatever else the update touches. Default: as it was. */
  readonly topUps?: number;
}

export interface UpsertResult {
  /** Rows that were not there before. */
  readonly inserted: number;
  /** Rows whose values differ from the stored ones by more than the wire's precision (2e-7). */
  readonly changed: number;
  /** Those of `changed` whose session was final: their old values are kept, see `readRevisions`. */
  readonly revised: number;
  /** Partitions committed. */
  readonly partitions: number;
}

/** Bars of a series in a range, with what is known of it. */
export interface SeriesContent {
  /** Calendar id that the coverage was made with. */
  readonly calendar: string;
  /** Of all partitions that the range touches: it may reach beyond the range. */
  readonly coverage: Coverage;
  readonly identity: Identity;
  /** Of the range only. */
  readonly bars: StoredBars;
}

/** A part of a series that is stored and cannot be read. */
export interface DamagedPart {
  /** The days of which it may hold something. */
  readonly days: DayRange;
  /** Names the file; see `isDamage`. */
  readonly error: BackfillError;
}

/** What is stored of a series around a range, and the way to write on top of it. */
export interface SeriesEdit {
  /** Without what is damaged; undefined if nothing else is stored where the range reaches. */
  readonly content: SeriesContent | undefined;
  /** What the range reaches and is damaged: a commit that changes it fails. Default: nothing. */
  readonly damaged?: readonly DamagedPart[];
  /** What is known of the ticker's corporate actions; as of none where that is damaged, as above. */
  readonly actions: ActionBook;
  /**
   * Writes what changes: first the corporate actions, durably, then the bars and what is known of them, like `upsert`.
   * What somebody else committed since it was read is read again, and stays.
   */
  commit(change: SeriesChange): Promise<UpsertResult>;
}

export interface SeriesChange {
  /** Makes what is known of the ticker's corporate actions of what was; as in `updateActions`. Default: nothing changes. */
  readonly actions?: (before: ActionBook) => ActionBook;
  /** Default: nothing changes. */
  readonly bars?: Omit<SeriesUpdate, 'series'>;
}

/** What comes of one series when many are written at once. */
export interface SeriesCommit {
  readonly edit: SeriesEdit;
  readonly change: SeriesChange;
}

/** A row that failed a check, kept for the reader. */
export interface RejectedRow {
  /** The row as it came, JSON-ready. */
  readonly row: unknown;
  readonly reason: string;
}

/** Rows of one answer that failed a check. */
export interface RejectedRecord {
  readonly series: Series;
  /** Id of the provider that gave the rows. */
  readonly source: string;
  /** ms since the epoch. */
  readonly fetchedAt: number;
  readonly rows: readonly RejectedRow[];
}

/** What the quarantine holds of rejected rows. */
export interface Rejected {
  /** Oldest first. */
  readonly records: readonly RejectedRecord[];
  /** Files that could not be read; they stay where they are. */
  readonly unreadable: readonly SetAside[];
}

export type { StoredRun } from './stored-run.ts';
export type { CommitNote, FirstFillNotes, Lease } from './lease.ts';
export type { Rename } from '../core/instrument/rename.ts';

export interface ScanOptions {
  /** Only these tickers; default all. */
  readonly tickers?: readonly string[];
  readonly intervals?: readonly Interval[];
}

/**
 * Where bars live. Reading is safe at any time, also while another process writes. Writing needs `acquire()`
 * in some process of the run; `upsert` calls for the same partition must not overlap.
 * Errors: `store-unusable` (path, permission, disk), `store-locked`, `store-corrupt`.
 */
export interface BarStore extends Leasing {
  /** Where it is, for messages and for `openStore`; no secret is in it. */
  readonly url: string;
  /** The folder of this machine that it is; undefined if it is none. */
  readonly folder: string | undefined;
  /**
   * Why there is no store to read, in words, with one that may have been meant; undefined where there is one, and where the
   * disk or our rights do not let us know. Throws `store-unusable` for a server that cannot be asked.
   */
  whyNone(): Promise<string | undefined>;
  /** What this object committed since it was last asked, for the holder of the lease in another thread. */
  committed(): readonly CommitNote[];
  /**
   * Metadata of all series and of their tickers' corporate actions. Moves unreadable files to quarantine if this process
   * is the writer.
   */
  scan(options?: ScanOptions): Promise<Scan>;
  /**
   * What is stored of a series where a range reaches, read once: it may be judged by it, and then written on top. Damage
   * does not throw.
   */
  edit(series: Series, range: DayRange): Promise<SeriesEdit>;
  /**
   * Commits what comes of many series, no two of the same: in flight together, or as one transaction, as the store can.
   * What became of each, in their order: one that cannot be written fails alone.
   */
  commitAll(commits: readonly SeriesCommit[]): Promise<readonly PromiseSettledResult<UpsertResult>[]>;
  /**
   * Merges bars and knowledge, partition by partition, each atomically and durably. Throws `store-corrupt` if one of
   * them is damaged: it is in quarantine then, and nothing is written. A final bar that gets other values is kept as a
   * revision, which is durable before the bar is replaced.
   */
  upsert(update: SeriesUpdate): Promise<UpsertResult>;
  /**
   * Statements of DuckDB that define the views of all that is stored: `bars`, `bars_adjusted`, `actions`, `coverage` and
   * `revisions`. Damaged files and what is none of the store's are not in them, nor in `bars_adjusted` series that cannot be
   * adjusted by the word of `judge` (default: all can).
   */
  views(adjusted: AdjustedView, judge?: JudgeBasis): Promise<StoreViews>;
  /**
   * Runs one SELECT over the same views. The files that it may read are read to the end first: those of which a row is not
   * the one that was written are left out. `judge` is asked of the series that it may have adjusted, in each way that it
   * has them. Throws `usage` for what is no such query, in DuckDB's words.
   */
  query<T>(sql: string, adjusted: AdjustedView, use: QueryUse<T>, judge?: JudgeBasis): Promise<T>;
  /**
   * Which stored series may have the bars of some series of their interval, by `seriesKey` of the latter: those with the same
   * first bar in some month, as files say themselves, be they among these (of more than 20 of these not all). Whether they have more in common their bars tell.
   * Reads no bar but of files that earlier versions wrote, once. Left out are files that cannot be read.
   */
  lookalikes(series: readonly Series[]): Promise<ReadonlyMap<string, readonly Series[]>>;
  /** Whether something of the store was found damaged, and may not be whole again: a scan tells what. */
  hasDamage(): Promise<boolean>;
  /** Bars whose session date lies in the range (default: all), as far as they are stored: see `hasDamage`. */
  readBars(series: Series, range?: DayRange): Promise<StoredBars>;
  /**
   * Every final bar of which a later answer had other values, ascending by `ts`, then by when that was: it was replaced, or
   * it `stayed`. Of the new bar the prices, the volume, the source and the time are kept: its `vwap` and `trades` are null.
   * Forgetting leaves them alone.
   */
  readRevisions(series: Series): Promise<Revision[]>;
  /**
   * Hands the revisions of a ticker's sessions in a range over to another ticker, of these intervals (default: every one),
   * durably; what that one has of its own stays, and so do, with the first, those of bars that its own contradict. Gives
   * their number. Interrupted, none is lost, and it may be called again. Throws `store-corrupt` like `upsert`.
   */
  moveRevisions(from: string, to: string, days: DayRange, intervals?: readonly Interval[]): Promise<number>;
  /** Hands what damaged files held of a ticker's sessions in a range over to another ticker: it is lost of that one then. */
  moveLost(from: string, to: string, days: DayRange): Promise<void>;
  /**
   * Removes bars and knowledge of a range of session dates (default: all). Gives the number of rows removed. Throws
   * `store-corrupt` like `upsert`.
   */
  forget(series: Series, range?: DayRange): Promise<number>;
  /**
   * Copies into quarantine what `forget` and `forgetActions` are about to remove, durably, as its one writer. Undefined if
   * there is nothing. Throws `store-corrupt` like `upsert`.
   */
  keepForgotten(order: ForgetOrder): Promise<ForgottenEntry | undefined>;
  /** What was forgotten and lies in quarantine, oldest first. */
  listForgotten(): Promise<readonly ForgottenEntry[]>;
  /**
   * Brings back what was forgotten, as its one writer: bars, knowledge, splits and dividends, exactly. What is final now
   * stays. `onDone` is told how many partitions are back. Throws `usage` for an id that there is not, and where what is
   * there now differs: nothing is changed then.
   */
  restoreForgotten(id: string, at: number, onDone?: OnDone): Promise<Restored>;
  /** Those in force, ascending by ex-date. */
  readActions(ticker: string): Promise<CorporateAction[]>;
  /** All that is known of a ticker's corporate actions. */
  readActionBook(ticker: string): Promise<ActionBook>;
  /** Replaces what is known by what `change` makes of it, atomically and durably. Throws `store-corrupt` like `upsert`. */
  updateActions(ticker: string, change: (before: ActionBook) => ActionBook): Promise<void>;
  /**
   * Removes corporate actions with ex-dates in a range (default: all), and that they are known. Gives the number of
   * actions removed. Throws `store-corrupt` like `upsert`.
   */
  forgetActions(ticker: string, range?: DayRange): Promise<number>;
  /** Keeps rejected rows for the reader, one file a call. */
  quarantine(series: Series, rows: readonly RejectedRow[], source: string, fetchedAt: number): Promise<void>;
  /** What `quarantine` kept (default: of all series). */
  readRejected(options?: ScanOptions): Promise<Rejected>;
  /** Damaged files that were moved aside: paths relative to the store's root, all below `quarantine/`, ascending. */
  listSetAside(): Promise<readonly string[]>;
  /** Renames in the order in which they were saved. Throws `store-corrupt` if the list is malformed. */
  readRenames(): Promise<readonly Rename[]>;
  /** Adds a rename; to one that is there already only what this one moved. Throws `store-corrupt` like `readRenames`. */
  saveRename(rename: Rename): Promise<void>;
  /** Takes a rename out of the list, durably; one that is not there changes nothing. Throws like `readRenames`. */
  removeRename(rename: Rename): Promise<void>;
  /**
   * Members of `universes/NAME.json`, or of the newest `universes/NAME_DATE.json`; undefined if there is none of that name.
   * `until`: one of a later date counts only where there is no other. Throws `usage`, as it may be a file of the user's.
   */
  readUniverse(name: string, until?: Day): Promise<readonly Member[] | undefined>;
  /** Names of the universes that can be read, ascending. */
  listUniverses(): Promise<readonly string[]>;
  /** Writes `universes/NAME_DATE.json`, in place of one of that day. Gives its path. */
  saveUniverse(head: UniverseHead, members: readonly Member[]): Promise<string>;
  /** The user's own `portfolio.txt`; undefined if there is none. */
  readPortfolio(): Promise<{ readonly path: string; readonly text: string } | undefined>;
  /** Writes that, unless there is one. Gives its path. */
  savePortfolio(text: string): Promise<string>;
  /** Its size, and who writes it. Reads no bar. */
  facts(): Promise<StoreFacts>;
  /**
   * Reads everything and says what is damaged; mends it on demand, as the one writer. Throws `store-unusable` if there is
   * no store, and `store-locked` like `acquire`.
   */
  examine(options: ExamineOptions): Promise<Examination>;
  /** Answers for whole markets that no series has taken in yet. */
  readonly staging: Staging;
  /** All that it holds, for who moves it into another store. */
  readonly holdings: Holdings;
  /** Notes of series that runs fill for the first time. */
  readonly firstFills: FirstFillNotes;
  /** What processes have reserved of quotas; no lease is needed, and a copy of the store is without it. */
  readonly quotaJournal: QuotaJournal;
  /** Live bars that no final ones have taken the place of yet. */
  readonly liveRecord: LiveRecord;
  /** Runs that wait for whoever plans them. */
  readonly handedOver: HandedOverRuns;
  /** An id for a run that began then, e.g. `20261120T211500Z-3f9a`: no run on record has it, and none is given it again. */
  nextRunId(startedAt: number): Promise<string>;
  /** Stores the record of a run, in place of one of that id; gives its id. `id`: as `nextRunId` gave it. Default: it is given one. */
  saveRun(startedAt: number, record: object, id?: string): Promise<string>;
  /** Plans that were written out and are being carried out, or were. */
  readonly begunPlans: BegunPlans;
  /**
   * The records of the last runs that were begun, at most so many, the newest first; of those whose id begins so (default: of
   * all). What is no record of ours is passed over.
   */
  readRuns(most: number, beginning?: string): Promise<readonly StoredRun[]>;
}
