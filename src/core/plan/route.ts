import type { LimitsByInterval } from './limits.ts';
import type { Quota } from './quota.ts';

/** What another plan of the same key's provider gives. */
export interface OtherTier {
  /** The setting that names it, such as `tier`. */
  readonly setting: string;
  readonly name: string;
  readonly quotas: readonly Quota[];
  /** By interval; one that is not there it does not have. */
  readonly intervals: LimitsByInterval;
}

/** What a way to close the gaps of a plan costs. */
export interface Route {
  /**
   * `plan`: the plan itself; `series`: no whole market is asked; `markets`: whole markets wherever they answer; `tier`: what
   * would be planned with another plan of the provider.
   */
  readonly by: 'plan' | 'series' | 'markets' | 'tier';
  /** Where `by` is `tier`: those of which all that follows is true, at least one. */
  readonly tiers?: readonly string[];
  /** The setting that names these. */
  readonly setting?: string;
  readonly requests: number;
  /** Least time that the quotas allow, ms; null where none is declared. Another tier's are taken as unused. */
  readonly quotaMs: number | null;
  /** As of `Plan`. */
  readonly bytes?: number;
  /** What requests and bytes weigh together, in ms (see `weightOf`): of the ways that a plan may take the least is taken. Where `bytes` is. */
  readonly weighsMs?: number;
  /** Sessions, added up over series, that lie beyond its look-back. */
  readonly beyond: number;
}
