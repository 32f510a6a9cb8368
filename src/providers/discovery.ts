import type { Day } from '../core/session/day.ts';
import type { Category, Member } from '../core/universe/member.ts';

/** What a source can say of universes. */
export interface Discovery {
  readonly categories: readonly Category[];
  /** Whether it also lists what trades no more, with the dates: without, it knows of no day but today. */
  readonly tellsDelisted: boolean;
}

/** What is asked of a source's universes. */
export interface DiscoverRequest {
  /** All that are wanted at once, of those that it can list; each once. */
  readonly categories: readonly Category[];
  /** Only those that lived on this session date are wanted, which a source may make use of; null: all. */
  readonly asOf: Day | null;
  /** The caller's clock, ms since the epoch. */
  readonly now: number;
}

/** What lists the members of universes. Throws as `Provider.fetchBars` does. */
export interface Lister {
  /** In any order, with tickers that are ours, perhaps more lives of one. */
  discover(request: DiscoverRequest): Promise<readonly Member[]>;
  close(): Promise<void>;
}
