import type { BackfillEvent } from '../backfill/run/events.ts';
import type { Stop } from '../backfill/stop.ts';
import type { Failure } from '../backfill/failure.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { Series } from '../core/bars/bars.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Verdict } from './verdict.ts';

/** One series, or several, each once or more. */
export type SeriesList = Series | readonly Series[];

/**
 * What a provider is asked for. `on-demand`: all that a range lacks. `live-replay`: without the sessions of which every bar is
 * recorded (see `History.record`), as far as bars have closed by now: these stay provisional, and a verdict says so.
 */
export type FillStrategy = 'on-demand' | 'live-replay';

/** How a call fills what is missing. */
export interface FillOptions {
  /** Default `on-demand`. */
  readonly strategy?: FillStrategy;
  /** Hears how the run gets on that serves the call, which may serve other calls too. What it throws, or rejects with, ends this call alone. */
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: the call ends. What other calls want goes on. */
  readonly stop?: AbortSignal;
  /** As of a provider's configuration; of calls that one run serves, the most. Default: as configured. */
  readonly maxRetries?: number;
}

/** What came of a call that was to make a range complete. Plain JSON. */
export interface Ensured extends Verdict {
  /** The first run that served the call, by which `History.run` tells more; null: nothing was missing, or it could not be recorded. */
  readonly runId: string | null;
  /** All of them, in order: one, but of a chain one for each provider that was asked. */
  readonly runIds: readonly string[];
  /** Why some of its series are not complete, as far as that run says. */
  readonly failures: readonly Failure[];
  /** What ended that run before its plan did: a quota, a provider that is down. Null: nothing did. */
  readonly stopped: Stop | null;
}

/** What a strategy needs before its first bar. */
export interface WarmupRequest extends FillOptions {
  /** Series, or tickers, whose interval is `interval`. */
  readonly series: Series | string | readonly (Series | string)[];
  /** Sessions of a daily series; of another one its bars, as many as its sessions have room for. A whole number above 0. */
  readonly period: number;
  /** Of series that are named by their ticker. Default `1d`. */
  readonly interval?: Interval;
  /**
   * `YYYY-MM-DD`: the session before which the history ends, exclusive. Or an instant (ms since the epoch, or ISO with a zone):
   * sessions that had closed by then. Default: now; as far as sessions have settled.
   */
  readonly end?: string | number;
  /** Ask nobody, write nothing: the verdict says what is missing. Default false. */
  readonly offline?: boolean;
}

/** The methods that keep given series complete. All throw `usage`, `invalid-ticker`, `unsupported-interval`, `invalid-date`. */
export interface Filling {
  /**
   * What a range of some series lacks. Makes no request and reads no bar. Default range: as of `coverage`, from the first session
   * known of each.
   */
  missing(series: SeriesList, range?: RangeOptions): Promise<Verdict>;
  /**
   * Fetches what a range of some series lacks, of each its own gaps: a run of `backfill` of these series alone. Failures are in the
   * summary. Default range: the provider's `usualRange`, or the last 252 sessions. Throws `usage` where the history has no
   * provider, `store-locked`.
   */
  fillMissing(series: SeriesList, range?: RangeOptions, options?: FillOptions): Promise<RunSummary>;
  /**
   * Has a range of some series complete, as far as that can be had, and tells how it is: asks nobody and writes nothing where
   * nothing is missing. Failures are in what it gives. Default range: as of `fillMissing`.
   *
   * Calls share what they want: those of one turn of the event loop are served by one run, which costs what one call for all of it
   * would; one that comes while a run fetches some of the same waits for that, and asks for the rest. A session is not asked for
   * twice, unless it failed, its answer was in doubt, or an answer is compared by it: a request reaches over a few stored sessions
   * beside its gap, and over those between near gaps. A call that fails or is stopped harms no other.
   *
   * Throws `cancelled` once `stop` is aborted: at once where others go on, else once its run has ended, within five seconds.
   * Throws `usage` where the history has no provider, `store-locked` where another process, or another history of this one,
   * writes the store; and what a backfill would be refused for, such as a range that no provider reaches back to, unless all of
   * it is stored.
   *
   * @example
   * const { complete, lacks } = await history.ensureRange({ ticker: 'AAPL', interval: '1d' }, { days: 300 });
   */
  ensureRange(series: SeriesList, range?: RangeOptions, options?: FillOptions): Promise<Ensured>;
  /**
   * Has so much history of each series complete, by its own calendar, as `ensureRange` does: what a strategy is warmed up with.
   * What lies before the first bar that a provider has is not missing. With `offline` it needs no provider.
   */
  warmup(request: WarmupRequest): Promise<Ensured>;
}
