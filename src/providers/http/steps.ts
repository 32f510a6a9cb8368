import type { BackfillError } from '../../core/errors.ts';
import type { Member } from '../../core/universe/member.ts';
import type {
  ActionsAnswer,
  ActionsRequest,
  Capabilities,
  ListRequest,
  MarketActionsRequest,
  MarketAnswer,
  MarketRequest,
  Part,
  PartOf,
  Secrets,
} from '../provider.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';
import type { DiscoverRequest } from '../discovery.ts';

/**
 * A GET, as a provider words it. Where it has a `read` or a `readBytes`, `parse` finds in `answer.read` what that made of the
 * body; where it is `asBytes`, the body in `answer.bytes`.
 */
export type Call = Pick<HttpRequest, 'url' | 'headers' | 'read' | 'readBytes' | 'asBytes'>;

/**
 * How far what is on a page reaches: of a series, ms since the epoch of its last row there; of an entry of a list, by what it is
 * known by, 0.
 */
export type Reaches = ReadonlyMap<string, number>;

/** What one answer of a chain brought. */
export interface Page<State, One = Part> {
  /** The series that are known to be whole by now. One that comes again in a chain must have all that it had before. */
  readonly parts: readonly One[];
  /** What the next request and the end of the chain are to know. */
  readonly state: State;
  /** Whether there is more to ask for. */
  readonly hasMore: boolean;
  /**
   * Of a page that says itself where the next one is: what it brings, in whatever order. A page whose entries are all known from
   * those before it, and that reach no further, is refused: it would go on for ever. Default: it does not say.
   */
  readonly reaches?: Reaches;
}

/** A request that is refused whole for some of its tickers. */
export interface Spoilt {
  /** What each of these tickers fails with. */
  readonly spoilt: BackfillError;
  /** The tickers that the refusal names; none where it does not say for which. */
  readonly without: readonly string[];
}

/** How a chain of requests for some tickers is worded, and what its answers mean. */
export interface ChainSteps<Asked, State, One> {
  /** The next request of a chain; `state` is undefined for its first one. Asked anew for each try: a signature is fresh. */
  readonly request: (asked: Asked, state: State | undefined, secrets: Secrets) => Call | Promise<Call>;
  /** Throws what befalls all tickers; what is retryable is asked for again. */
  readonly parse: (answer: HttpAnswer, asked: Asked, state: State | undefined) => Page<State, One> | Spoilt;
  /** What only the end of a chain proves: the parts that no page gave, of series that never came too. */
  readonly end: (asked: Asked, state: State) => readonly One[];
  /** A way that a chain can do without, such as an archive beside an API. Default: there is none. */
  readonly spare?: SpareSteps<Asked, State, One>;
  /**
   * How a chain goes on past a request of which nothing came, as something is wrong with that answer alone (`isOfOne`): a
   * damaged file among others. Pure. Default: the chain fails with that.
   */
  readonly past?: (why: BackfillError, asked: Asked, state: State | undefined) => Page<State, One>;
}

/** When a chain takes a way that it can do without, and what it does without it. Pure. */
export interface SpareSteps<Asked, State, One> {
  /** Whether the next request takes it. */
  readonly isNext: (asked: Asked, state: State | undefined) => boolean;
  /** How the chain goes on where nothing of use came that way: by another one. */
  readonly instead: (why: BackfillError, asked: Asked, state: State | undefined) => Page<State, One>;
}

/**
 * A provider as data and pure functions, those for bars first. Quota, retries, time-outs, pages and refused tickers are
 * `openHttpProvider`'s. `Listed`: the state of `discover`.
 */
export interface HttpSteps<State, Listed = State> extends ChainSteps<ListRequest, State, Part> {
  readonly capabilities: Capabilities;
  /** Our ticker in the provider's own spelling. Default: the same. */
  readonly symbolOf?: (ticker: string) => string;
  /** Inverse of `symbolOf`. Default: the same. */
  readonly tickerOf?: (symbol: string) => string;
  /**
   * The same of splits and dividends; needed where an interval has `requestsForActions`. Of each ticker that bars are asked
   * for `asked.told` has them then, and they are put into the answer.
   */
  readonly actions?: ChainSteps<ActionsRequest, State, PartOf<ActionsAnswer>>;
  /** The same of all tickers of one session; needed where an interval has a `market`. */
  readonly market?: {
    /** The next request of a chain; `state` is undefined for its first one. */
    readonly request: (
      asked: MarketRequest,
      state: State | undefined,
      secrets: Secrets,
    ) => Call | Promise<Call>;
    /** What a page says. Throws what befalls the whole session. */
    readonly parse: (
      answer: HttpAnswer,
      asked: MarketRequest,
      state: State | undefined,
    ) => Page<State> | Spoilt;
    /** What the whole chain says. */
    readonly end: (asked: MarketRequest, state: State) => MarketAnswer;
    /** Its splits and dividends; needed where it has `actionPages`. */
    readonly actions?: ChainSteps<MarketActionsRequest, State, PartOf<ActionsAnswer>>;
  };
  /**
   * The limit of `capabilities.usage` that an answer to `tickers` or `discover` tells; undefined where it tells none. Default:
   * none does.
   */
  readonly limitIn?: (answer: HttpAnswer) => number | undefined;
  /** Its own universe; needed where `capabilities.listsTickers`. */
  readonly tickers?: {
    /** The request for the list. */
    readonly request: (secrets: Secrets) => Call;
    /** Its tickers, canonical. */
    readonly parse: (answer: HttpAnswer) => readonly string[];
  };
  /**
   * The members of universes, of all categories that are asked for in one chain; needed where `capabilities.discovers`. A
   * page's `parts` are members; `end` gives those that no page gave.
   */
  readonly discover?: ChainSteps<DiscoverRequest, Listed, Member>;
}
