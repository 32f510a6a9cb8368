import type { Series } from '../core/bars/bars.ts';
import type { MonthlyArchive } from '../core/plan/archive.ts';
import type { AnswerBytes } from '../core/plan/answer-bytes.ts';
import type { Paging } from '../core/plan/pages.ts';
import type { AssetClass } from '../core/instrument/asset-class.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import type { MarketLimits, NewestRows } from '../core/plan/limits.ts';
import type { NotServed } from '../core/plan/plan.ts';
import type { OtherTier } from '../core/plan/route.ts';
import type { Interval } from '../core/session/interval.ts';
import type { Allowance } from './allowance.ts';
import type { ActionsAnswer, BarAnswer, MarketAnswer, MarketPieces, Part, PartOf } from './answers.ts';
import type { Discovery, Lister } from './discovery.ts';
import type { KeysAsked } from './keys-asked.ts';
import type { ToldUsage } from './told-usage.ts';

export type {
  ActionsAnswer,
  AlikeParts,
  BarAnswer,
  Basis,
  EndpointDays,
  ExplainedAbsence,
  MarketAnswer,
  MarketPiece,
  MarketPieces,
  Part,
  PartOf,
  StampsRead,
  UnusableRow,
} from './answers.ts';

/** What a provider can do for one interval. */
export interface IntervalCapability {
  /**
   * Of what classes of those that the provider serves it has such bars; of others none is asked for. Default: of all of them.
   */
  readonly serves?: readonly AssetClass[];
  /** Calendar days that one request may span; null: no limit. */
  readonly maxSpanDays: number | null;
  /** Whether it spans no two calendar months: where months are files, or are asked for one by one. Default false. */
  readonly withinMonth?: boolean;
  /** How many calendar days back from now it reaches; null: no limit. */
  readonly lookBackDays: number | null;
  /** First session date of which it has anything, whatever day it is. Default: none that is known. */
  readonly since?: Day;
  /** Rows of a series that can be had, its newest, by the class of the instrument: `{ crypto: 350 }`. Default: all. */
  readonly newestRows?: NewestRows;
  /** Requests for the bars of one span of one ticker. Default 1. */
  readonly requestsPerSpan: number;
  /** How the bars of one request come in pages, each of which costs `requestsPerSpan`. Default: in one. */
  readonly paging?: Paging;
  /** Where months that are over come from files, and others page by page, whatever `requestsPerSpan` says. Default: nowhere. */
  readonly archive?: MonthlyArchive;
  /**
   * Requests that tell the splits and dividends of a ticker where its bars come without them, or of as many tickers as one
   * request for bars takes. A run asks once for all the bars of a ticker, and not of one that can have none (a pair). Default
   * 0: they come with the bars.
   */
  readonly requestsForActions?: number;
  /** How long after a session's close its bars are final, in ms. */
  readonly settleDelayMs: number;
  /** Series of one span that a request may ask for. Default 1. */
  readonly mostSeries?: number;
  /** Rows that a request for several series may bring at most, as if all traded round the clock. Default: no limit. */
  readonly mostRows?: number;
  /** How large its answers are, about, those of its market aside; a plan then tells how much comes. Default: it does not. */
  readonly bytes?: AnswerBytes;
  /** Where one request gives the bars of all tickers of a session. Default: nowhere. */
  readonly market?: MarketCapability;
}

/** What an endpoint can do that answers for a whole market, one session a request. */
export interface MarketCapability extends MarketLimits {
  /** Sessions of it that may be collected at once, all workers together. Default: as many as requests may be in flight. */
  readonly maxInFlight?: number;
}

/** A provider described as data; nothing in the program asks for a provider by its name. */
export interface Capabilities extends KeysAsked {
  readonly id: string;
  readonly intervals: Readonly<Partial<Record<Interval, IntervalCapability>>>;
  /** Requests that may be in flight at once, all workers together; null: as many as asked. */
  readonly maxInFlight: number | null;
  /** In flight at once if the user does not say (`--concurrency auto`), all workers together. */
  readonly defaultInFlight: number;
  /** Whether requests go over a network and count against somebody's quota, declared or not. */
  readonly metered: boolean;
  /** What a run wants that says neither days nor years nor a first day. Default: the last 252 sessions. */
  readonly usualRange?: { readonly years: number };
  /** Declared limits, e.g. `[{ requests: 5, perMs: 60_000 }]`; empty: none declared. */
  readonly quotas: readonly { readonly requests: number; readonly perMs: number }[];
  /** What its other plans give a key, the smallest first. Default: it has one, or nothing is known of others. */
  readonly otherTiers?: readonly OtherTier[];
  /** Where its answers tell what was used of a limit, so that others' use counts too. Default: nowhere. */
  readonly usage?: ToldUsage;
  /** Whether it tells splits and dividends, with the bars or apart: see `requestsForActions`. */
  readonly actions: boolean;
  /** Whether its splits and dividends are the user's own list: what is gone from that was withdrawn. Default false. */
  readonly ownActions?: boolean;
  /** What it has instruments of; a ticker of another class is refused before any request. Default: of all. */
  readonly serves?: readonly AssetClass[];
  /** What its crypto pairs are quoted in, the commonest first; others are refused before any request. Default: anything. */
  readonly cryptoQuotes?: readonly string[];
  /**
   * Signs that no ticker has which it could know, with how what is meant by them is written: `{ '/': 'a share class is
   * written BRK-B' }`. Default: none.
   */
  readonly notInTickers?: Readonly<Record<string, string>>;
  /** Whether it can list its own tickers, which are then its default universe. */
  readonly listsTickers: boolean;
  /** What universes it can list, with `discover`. Default: none. */
  readonly discovers?: Discovery;
  /** Whether `--provider-url` must be given. */
  readonly needsUrl: boolean;
}

export interface BarRequest {
  readonly series: Series;
  /**
   * Session dates wanted, `[from, to)`. It may reach into sessions that are not settled at `now`, the open one included:
   * their bars are as far as trading got.
   */
  readonly range: DayRange;
  /** The caller's clock, ms since the epoch. */
  readonly now: number;
  /**
   * What the provider said of splits and dividends, by ticker, where they come apart from bars. Default: it is asked for that
   * first.
   */
  readonly told?: ReadonlyMap<string, ActionsAnswer>;
  /** What its requests are counted as. Default: all are priced. */
  readonly allowance?: Allowance | undefined;
}

/** What one request asks of several series that want the same span. */
export interface ListRequest extends Omit<BarRequest, 'series'> {
  /** Canonical tickers, each once, no more than the endpoint takes. */
  readonly tickers: readonly string[];
  readonly interval: Interval;
}

/** What a request asks of the splits and dividends of some tickers, for all bars of a range, whatever their interval. */
export type ActionsRequest = Omit<ListRequest, 'interval' | 'told'>;

/** What one request asks of a whole market. */
export interface MarketRequest {
  readonly interval: Interval;
  /** The session date, of whatever calendar. */
  readonly session: Day;
  /** As of `BarRequest`. */
  readonly now: number;
  /** As of `BarRequest`. */
  readonly allowance?: Allowance | undefined;
  /** Who takes what is read before the rest is answered, of a provider that reads an answer as it comes. Default: nobody. */
  readonly pieces?: MarketPieces;
}

/** What a request asks of the splits and dividends of all tickers of a market: with ex-dates in its days, `[from, to)`. */
export type MarketActionsRequest = Pick<BarRequest, 'range' | 'now' | 'allowance'>;

/**
 * Where bars come from. `fetchBars` throws `unknown-ticker`, `out-of-range`, `throttled`, `provider-fault`,
 * `bad-answer`, `network`, `timeout`; anything else is a bug.
 */
export interface Provider {
  readonly capabilities: Capabilities;
  /** Our ticker in the provider's own spelling. */
  symbolOf(ticker: string): string;
  /** The provider's spelling as our ticker; inverse of `symbolOf`. */
  tickerOf(symbol: string): string;
  fetchBars(request: BarRequest): Promise<BarAnswer>;
  /**
   * The same of several series of one span in one request; needed where an interval's `mostSeries` is more than one. One
   * part for each ticker, whatever befell it alone; throws what befell all of them.
   */
  fetchList?(request: ListRequest): Promise<readonly Part[]>;
  /**
   * Splits and dividends apart from bars, of as many tickers as one request for bars takes; needed where an interval has
   * `requestsForActions`. Parts as above.
   */
  fetchActions?(request: ActionsRequest): Promise<readonly PartOf<ActionsAnswer>[]>;
  /** All tickers of one session; needed where an interval has a `market`. */
  fetchMarket?(request: MarketRequest): Promise<MarketAnswer>;
  /** Their splits and dividends, those since the session before the range too; needed where a `market` has `actionPages`. */
  fetchMarketActions?(request: MarketActionsRequest): Promise<readonly PartOf<ActionsAnswer>[]>;
  /** Its own universe, where `capabilities.listsTickers`. */
  listTickers(): Promise<readonly string[]>;
  /** The members of universes, needed where `capabilities.discovers`. */
  discover?: Lister['discover'];
  /**
   * What it would read of a ticker now, as a short text that is another one once that changed; null: there is nothing. Costs
   * no request. Only where the source can be mended from one minute to the next, so that what it lacked is worth asking for
   * again at once.
   */
  editionOf?(ticker: string): string | null;
  /**
   * The same of the user's own list of a ticker's splits and dividends (`capabilities.ownActions`); null: there is no list.
   * Costs no request.
   */
  ownListOf?(ticker: string): string | null;
  /** What a user should know of the source before it is asked: a line for each, such as files that are not read. */
  notes?(): readonly string[];
  /** What it has under names that are no tickers, so that it is in no list of it. Costs no request. Default: nothing. */
  notListed?(): readonly NotListed[];
  close(): Promise<void>;
}

/** What a source has under names that are no tickers: rows of such, or whole files. */
export type NotListed = Pick<NotServed, 'tickers' | 'why'> &
  Required<Pick<NotServed, 'rows'> | Pick<NotServed, 'areFiles'>>;

/** The user's keys, by the names that the provider gives them. No error, file or log says them. */
export type Secrets = Readonly<Record<string, string>>;

/** A provider that does not come with the program, as it was when it was loaded. */
export interface LoadedModule {
  /** Of the module, `file:`. */
  readonly url: string;
  readonly capabilities: Capabilities;
}

/** What a worker needs to make a provider; plain data, without secrets. */
export interface ProviderConfig {
  readonly id: string;
  /** Where its code is, as `loadProvider` found it. Default: the provider of that id that comes with the program. */
  readonly module?: LoadedModule;
  /**
   * What this provider is told besides, and no other: see `CsvSettings`, `SampleSettings`, or what a provider of one's own
   * takes. Plain data, never a key.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Base URL, or a folder for `csv`. */
  readonly url?: string;
  /** Abandon a request after this long, in ms. */
  readonly timeoutMs?: number;
  /**
   * Times that a request is tried again, at most, where that may help (network, time-out, 5xx, an answer that cannot be read);
   * waits for the provider's pace do not count. Default 7, within what a run may spend on such.
   */
  readonly maxRetries?: number;
}
