import type { Series } from '../../core/bars/bars.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { StoreFacts } from '../facts.ts';
import type { Blobs } from '../parquet/files/blobs.ts';
import type { Partition } from '../parquet/files/layout.ts';
import type { ScanOptions } from '../store.ts';
import type { ReadBook } from './books.ts';
import type { PartWrite, ReadStamps } from './parts.ts';
import type { SeriesWrite } from './plan.ts';
import type { SeriesRead } from './read.ts';
import type { KeptRevision } from './revisions.ts';
import type { Row } from './row.ts';

/** The right to write. */
export interface HeldLease {
  /** Which it is, for whoever writes under it elsewhere. */
  readonly token: string;
  /** Somebody who wrote under it did not end in good order. Default: that leaves nothing behind. */
  noteTrouble?(): void;
  /** Frees it. */
  free(): Promise<void>;
}

/** What a store in tables needs of its server, each in the server's own language. What may be no table yet has nothing in it. */
export interface Tables {
  /** Where they are, for people: without a password. */
  readonly url: string;
  /** What is no table: see `Blobs`. Written under the lease. */
  readonly documents: Blobs;
  /** How a person says to the server what the store has no command for. */
  readonly words: TableWords;
  /** Turns what the server says into `store-unusable`. */
  usable<T>(work: () => Promise<T>): Promise<T>;
  isThere(): Promise<boolean>;
  /** As in `Leasing`. Default: there are no rights of which the server could be asked. */
  assertMayWrite?(): Promise<void>;
  /**
   * Makes the tables where they are not there and becomes the one writer: what is written from then on is under this lease, and
   * what a dead one left half done is put right. Throws `store-locked`, naming the holder.
   */
  takeLease(): Promise<HeldLease>;
  /** Takes part in the lease that has this token, as in `BarStore.join`. Default: nobody can. */
  joinLease?(token: string): Promise<HeldLease>;
  /** What `partOf` reads, ordered by interval, ticker and period. */
  partRows(options: ScanOptions): AsyncIterable<Row>;
  /** The same parts, without what is known of them. */
  parts(): Promise<readonly Partition[]>;
  readonly stampsOf: ReadStamps;
  /** Default: of all tickers. Ascending. */
  books(tickers?: readonly string[]): Promise<readonly TickerBook[]>;
  /** Of the same, ascending. */
  bookTickers(): Promise<readonly string[]>;
  /** By ticker, as in `ReadBook`. */
  bookVersions(tickers: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What is known is no later than the bars. `barsOf` (default: `range`): of which sessions bars are read. */
  readSeries(series: Series, range: DayRange, barsOf?: DayRange): Promise<SeriesRead>;
  readBars(series: Series, range: DayRange): Promise<StoredBars>;
  /** Of the parts that have rows, what each says of its months, unread. */
  marks(intervals: readonly Interval[]): Promise<readonly PartMarks[]>;
  /** In the order in which they were written. */
  revisions(series: Series): Promise<readonly KeptRevision[]>;
  revisedSeries(): Promise<readonly Series[]>;
  /**
   * Writes all of this so that, cut off at whatever moment, nothing is known that is not there. Throws `Conflict` where
   * something is not as it was when it was read.
   */
  write(writes: readonly SeriesWrite[]): Promise<void>;
  /** Removes rows and knowledge of a range of session dates; a part that keeps neither goes. Gives the number of rows. */
  forget(series: Series, range: DayRange): Promise<number>;
  /** Puts bars and knowledge into a part; bars that it has besides stay. */
  putPart(part: PartWrite, bars: StoredBars): Promise<void>;
  /** Gives revisions of one series to another. */
  handOver(from: Series, to: Series, given: readonly KeptRevision[]): Promise<void>;
  facts(): Promise<StoreFacts>;
  /** All that lies in a part, for the doctor; undefined where there is none. */
  examined(partition: Partition): Promise<ExaminedPart | undefined>;
  /** Series with rows that lie in no part, and how many. */
  unknownRows(): Promise<readonly UnknownRows[]>;
  /** Puts a part in place of one that has the rows of `removed` (stamps) too. */
  mendPart(part: PartWrite, bars: StoredBars, removed: readonly number[]): Promise<void>;
}

export interface TableWords {
  /** Where others read the tables from: `psql`. */
  readonly reader: string;
  /** Removes rows of which nothing is known. */
  readonly removeRows: string;
  /** Puts sessions right that are not those of daily stamps. */
  readonly mendSessions: string;
}

export interface TickerBook {
  readonly ticker: string;
  readonly read: ReadBook;
}

export interface PartMarks {
  readonly partition: Partition;
  readonly marks: unknown;
}

export interface ExaminedPart {
  readonly version: string;
  /** Its knowledge, as it was written. */
  readonly known: string;
  readonly bars: StoredBars;
  /** The session of each bar, as an ISO date. */
  readonly sessions: readonly string[];
}

export interface UnknownRows {
  readonly series: Series;
  readonly rows: number;
}
