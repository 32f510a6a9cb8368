import { BackfillError, type FillStrategy, type Interval, type ProviderConfig } from '../index.ts';
import type { HistoryRow } from './history-rows.ts';
import type { GivenInterval } from './intervals.ts';
import type { TimeRange } from './time-ranges.ts';

/** Whose history is meant. */
export interface NodeSeries {
  readonly nodeId: string;
  readonly interval: Interval;
}

/** The same as a caller may write it: `{ nodeId: 'BTC-USD', interval: 60 }`. */
export interface GivenSeries {
  readonly nodeId: string;
  readonly interval: GivenInterval;
}

/** Where rows come from that are not stored: any object with this method. */
export interface DataFetcher {
  /** What stored rows have as their `source`: a short name in lower case. Default `fetcher`. */
  readonly id?: string;
  /** Most rows of an answer: of one with so many the rest is asked for. Default 500. */
  readonly maxRows?: number;
  /**
   * Rows that begin within `[start, end]`, in whatever order. Seconds since the epoch, both inclusive. It is asked for whole sessions,
   * in parts where an answer may have been cut. What it throws fails the call that it was asked for.
   */
  fetch(start: number, end: number, of: NodeSeries): Promise<readonly HistoryRow[]>;
}

/** Who can be asked: a fetcher, or one of the providers that come with the library, by its configuration. */
export type FetchSource = DataFetcher | ProviderConfig;

/** Throws `usage` for what is neither. */
export function assertSource(source: unknown): void {
  const given: Partial<Record<'fetch' | 'id', unknown>> =
    typeof source === 'object' && source !== null ? source : {};
  if ('fetch' in given ? typeof given.fetch === 'function' : typeof given.id === 'string') return;
  const shown = JSON.stringify(source);
  const must =
    "must be an object with a method fetch(start, end, of), or a provider such as { id: 'binance' }";
  throw new BackfillError('usage', `fetcher ${shown ?? String(source)}: ${must}`);
}

/** A stream that something is bound to. */
export interface BoundStream {
  readonly nodeId: string;
}

/**
 * Supplies the history of nodes. Any object with a `fetch` will do; what else it has is used as `ensureHistory` says. Times are
 * seconds since the epoch, ranges have both ends in.
 */
export interface HistoryProvider {
  /** Rows that begin within `[start, end]`, ascending by `ts`. */
  fetch(start: number, end: number, of: NodeSeries): Promise<readonly HistoryRow[]>;
  /** What is there, as ranges from the first row of each to its last one, ascending: between them something is missing. */
  coverage?(of: NodeSeries): Promise<readonly TimeRange[]>;
  /** Has rows added for what a range lacks. */
  fillMissing?(start: number, end: number, of: NodeSeries): Promise<void>;
  /** Has a range complete, in whatever way it can. */
  ensureRange?(start: number, end: number, of: NodeSeries): Promise<void>;
  /** The range of the last `period` rows that were closed by an instant, in seconds. Default: as many intervals before it. */
  warmupRange?(period: number, end: number, of: NodeSeries): TimeRange;
  /** Told once of each stream that it is made for. */
  bindStream?(stream: BoundStream): void;
}

/** Where rows are kept. */
export interface HistoryBackend extends Required<
  Pick<HistoryProvider, 'fetch' | 'coverage' | 'warmupRange' | 'bindStream'>
> {
  /** Asks a source for what a range lacks, and keeps it. Throws where something that is over could not be had. */
  fill(
    start: number,
    end: number,
    of: NodeSeries,
    source: FetchSource,
    strategy?: FillStrategy,
  ): Promise<void>;
  /**
   * Throws `usage` where a range lacks something, says what, and asks nobody. By `live-replay` what is recorded is not lacking.
   */
  assertComplete(start: number, end: number, of: NodeSeries, strategy?: FillStrategy): Promise<void>;
  /** Waits for what goes on, and lets go of threads. */
  close(): Promise<void>;
}

/** A way to have ranges complete without being asked to fill them. */
export interface AutoBackfillStrategy {
  /** Seconds since the epoch, both ends inclusive. Throws where something that is over could not be had. */
  ensureRange(backend: HistoryBackend, start: number, end: number, of: NodeSeries): Promise<void>;
}
