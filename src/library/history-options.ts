import type { Quota } from '../core/plan/quota.ts';
import type { ProviderConfig, Secrets } from '../providers/provider.ts';
import type { QueueOptions } from './queue-options.ts';

/** What a history is opened with. */
export interface HistoryOptions extends QueueOptions {
  /** Path or URL of the store. */
  readonly store: string;
  /**
   * Where bars come from. Of several each is asked for what those before it cannot give; `capabilities`, `quotas`, `secrets`
   * and `verify` are of the first. Default Yahoo.
   */
  readonly provider?: ProviderConfig | readonly ProviderConfig[];
  /** The keys that the provider asks for. Default: those in the environment variables that it names. */
  readonly secrets?: Secrets;
  /** Worker threads, which all runs share that live at once. Default `auto`: one a CPU. Never more than a run has tasks. */
  readonly workers?: number | 'auto';
  /** Fetches in flight a worker, of all runs together. Default `auto`: what the provider bears, shared out. */
  readonly concurrency?: number | 'auto';
  /** Fetches in flight of all workers together, at most what the provider bears. Default: what it says that suits it. */
  readonly inFlight?: number;
  /** Tasks after which a worker thread is ended and another takes its place. Default: none is. */
  readonly recycleAfter?: number;
  /** How long after an answer its place among the fetches in flight stays empty, in ms, at least. Default 0. */
  readonly requestDelayMs?: number;
  /** Part of the pace that the provider declares (of its quotas of less than an hour, not of `quotas`), in (0, 1]. Default 1. */
  readonly rateShare?: number;
  /** Limits to keep instead of those that the provider declares, e.g. `parseQuotas('5/min,500/day')`. */
  readonly quotas?: readonly Quota[];
  /** Where the public lists of instruments are asked for, by name, such as `sp500`. Default: at their publishers. */
  readonly listUrls?: Readonly<Record<string, string>>;
  /** Folder of what outlives a store: the use of each key's quota. Default `~/.local/state/backfill`. */
  readonly stateFolder?: string;
  /** `redis://HOST:6379`, where all machines count the use of each key's quota together. Default: where `queue` is, else the state folder. */
  readonly quotaUrl?: string;
  /** ms since the epoch. Default: the system's clock. */
  readonly clock?: () => number;
}

/**
 * Of a history without a provider: what is stored is read, and what would ask a provider throws `usage`. Sessions are expected
 * from when the default provider would have their bars.
 */
export interface ReaderOptions extends Omit<HistoryOptions, 'provider'> {
  readonly provider: 'none';
}
