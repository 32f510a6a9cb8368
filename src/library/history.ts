import type { BackfillEvent } from '../backfill/backfill.ts';
import type { RunSummary } from '../backfill/summary.ts';
import type { RangeOptions } from '../backfill/wanted.ts';
import type { Bar, CorporateAction, Series } from '../core/bars.ts';
import type { Interval } from '../core/interval.ts';
import type { Plan, Quota } from '../core/plan.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import type { CoverageReport } from '../report/coverage.ts';
import type { Scan } from '../store/store.ts';

export interface HistoryOptions {
  /** Path or URL of the store. */
  readonly store: string;
  /** Where bars come from. Default Yahoo. */
  readonly provider?: ProviderConfig;
  /** Worker threads. Default `auto`: one a CPU. Never more than there are tasks. */
  readonly workers?: number | 'auto';
  /** Fetches in flight a worker. Default `auto`: what the provider bears, shared out. */
  readonly concurrency?: number | 'auto';
  /** Limits to keep instead of those that the provider declares, e.g. `parseQuotas('5/min,500/day')`. */
  readonly quotas?: readonly Quota[];
  /** Folder of what outlives a store: the use of each key's quota. Default `~/.local/state/backfill`. */
  readonly stateFolder?: string;
  /** ms since the epoch. Default: the system's clock. */
  readonly clock?: () => number;
}

export interface HistoryRequest extends RangeOptions {
  /** A list of tickers, or what `--tickers` takes: `AAPL,MSFT`, `@file`, `portfolio`, `all`, a stored universe. */
  readonly tickers?: string | readonly string[];
  /** Default `['1d']`. */
  readonly intervals?: readonly Interval[];
}

export interface BackfillOptions extends HistoryRequest {
  /** Fetch everything again, whatever is there. Default false. */
  readonly everything?: boolean;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: finish what is in work, then end with `interrupted` in the summary. */
  readonly stop?: AbortSignal;
}

/** What `forget` removed. */
export interface Forgotten {
  readonly rows: number;
  /** Partitions that could not be read and were moved to quarantine: they count as missing too. */
  readonly setAside: Scan['setAside'];
}

/** Session dates, both inclusive, `YYYY-MM-DD`. Default: all. */
export interface DateRange {
  readonly start?: string;
  readonly end?: string;
}

/**
 * The price history of many tickers, kept complete in a store. Methods throw `BackfillError`; match on its `code`.
 *
 * @example
 * const history = await openHistory({ store: './data' });
 * await history.backfill({ tickers: ['AAPL', 'MSFT'], days: 252 });
 * const bars = await history.read({ ticker: 'AAPL', interval: '1d' }, { start: '2026-01-01' });
 * await history.close();
 */
export interface History {
  readonly capabilities: Capabilities;
  /** What the store knows of each series, without reading bars. */
  scan(): Promise<Scan>;
  /** What a backfill would do. Makes no request and changes nothing. */
  plan(request?: BackfillOptions): Promise<Plan>;
  /** Closes the gaps. Failures of single tickers are in the summary, not thrown. */
  backfill(request?: BackfillOptions): Promise<RunSummary>;
  /**
   * Coverage of stored series. Default range: from the first session known of each series to the last settled one.
   * Default tickers: all in the store.
   */
  coverage(request?: HistoryRequest): Promise<CoverageReport>;
  /** Stored bars, as traded, ascending. */
  read(series: Series, range?: DateRange): Promise<Bar[]>;
  /** Stored splits and dividends of a ticker, ascending by ex-date. */
  actions(ticker: string): Promise<CorporateAction[]>;
  /** Removes rows and knowledge, so that they count as missing. */
  forget(
    tickers: string | readonly string[],
    range?: DateRange & { intervals?: readonly Interval[] },
  ): Promise<Forgotten>;
  close(): Promise<void>;
}
