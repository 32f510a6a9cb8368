import type { BackfillEvent } from '../backfill/run/events.ts';
import type { UniverseSpec } from '../backfill/want/universe.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { Interval } from '../core/session/interval.ts';

export interface HistoryRequest extends RangeOptions {
  /**
   * Tickers, with files as `@file` among them; or what `--tickers` takes: `AAPL,MSFT`, `@file`, `portfolio`, `sp500`, `all`, a
   * stored universe; or a universe as `History.universe` gives it, or a part of one, of which nothing may be wanted.
   */
  readonly tickers?: UniverseSpec;
  /** Default `['1d']`. */
  readonly intervals?: readonly Interval[];
}

export interface BackfillOptions extends HistoryRequest {
  /** Fetch everything again, whatever is there. Default false. */
  readonly everything?: boolean;
  /** Make longer bars of the stored ones of one minute, by default of all tickers that have such. Default false: ask. */
  readonly derive?: boolean;
  /**
   * Of the tickers and intervals (default: of all) only the series that the last runs on record left undone, see `leftUndone`;
   * by default of the sessions that those asked for. Default false.
   */
  readonly retryFailed?: boolean;
  /**
   * Ask another provider of the chain about each session that the run finds odd, a request each, and tell what it said
   * (`secondOpinions`). It revises nothing. Default false.
   */
  readonly secondOpinion?: boolean;
  /**
   * Path of a plan that `plan` wrote out: carry out what is left of it, and ask for nothing else. It has its own tickers,
   * intervals and range, so that no other option of the request stands beside it. Default: what the request lacks is planned.
   */
  readonly plan?: string;
  /** Is told what the run does, as it does it. What it throws, or rejects with meanwhile, ends the call. */
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: end with `interrupted` in the summary; what is not finished within five seconds counts as not run. */
  readonly stop?: AbortSignal;
}

export interface PlanRequest extends BackfillOptions {
  /** File outside the store to which the plan is written too, whole or not at all, see `BackfillOptions.plan`. Default: none. */
  readonly to?: string;
}

/** Whose tickers are looked up, as `backfill` takes it. */
export interface UniverseRequest extends Omit<BackfillOptions, 'plan'> {
  /** Keep what is made or fetched for it, the user's first `portfolio.txt` or a public list, in the store. Default false. */
  readonly keeps?: boolean;
}
