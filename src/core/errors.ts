import { type Spelling, spelt } from './option-name.ts';

/** What went wrong, as a stable name that callers match on. Adding one is a feature, renaming one is a breaking change. */
export type ErrorCode =
  | 'usage' // an option or a setting is wrong: one line for the user
  | 'invalid-date'
  | 'invalid-ticker'
  | 'unknown-provider'
  | 'unsupported-interval'
  | 'unknown-ticker' // the provider says it knows nothing of this ticker
  | 'no-data' // the provider knows the ticker and has nothing in the range
  | 'out-of-range' // the provider says that its plan or look-back does not reach
  | 'incomplete' // wanted sessions are left unexplained: by an answer, or where what is stored was to be complete
  | 'mostly-rejected' // most of the rows that came could not be stored
  | 'not-stored' // the store has no bar of the series
  | 'basis-unknown' // what prices are adjusted by is not known
  | 'unauthorized' // the provider does not accept the key
  | 'not-entitled' // the key is good, and this interval is not open to it
  | 'throttled'
  | 'quota-exhausted' // the day's requests are used up
  | 'provider-down' // too many requests in a row came to nothing
  | 'provider-fault' // 5xx, HTML where JSON is due, an answer for another ticker
  | 'bad-answer' // the answer does not parse or contradicts itself
  | 'provider-broken' // the code of a user's own provider throws, or gives what is no answer
  | 'restated' // the provider changed bars that were final: the series has to be fetched again
  | 'identity-changed' // the ticker is another instrument's now: nothing is stored
  | 'network'
  | 'unreachable' // nobody was asked: the host's name, a route to it or trust in it is lacking on this machine
  | 'timeout'
  | 'store-locked'
  | 'store-unusable'
  | 'store-corrupt'
  | 'queue-unusable' // the server of the queue, or of the quota, cannot be reached or used
  | 'worker-crashed'
  | 'cancelled'
  | 'internal';

/**
 * What an error speaks of. `run`: every other task would meet it too (a full disk, a wrong key). `endpoint`: every task
 * of the same interval at the same provider would. `series`: this one only.
 */
export type ErrorScope = 'run' | 'endpoint' | 'series';

const SCOPES: Readonly<Record<ErrorCode, ErrorScope>> = {
  // Of a task, that is a file of its own; of the command line it is thrown before a run begins.
  usage: 'series',
  'invalid-date': 'series',
  'invalid-ticker': 'series',
  'unknown-provider': 'run',
  // A source may have other intervals of other tickers.
  'unsupported-interval': 'series',
  'unknown-ticker': 'series',
  'no-data': 'series',
  'out-of-range': 'series',
  incomplete: 'series',
  'mostly-rejected': 'series',
  'not-stored': 'series',
  'basis-unknown': 'series',
  unauthorized: 'run',
  'not-entitled': 'endpoint',
  throttled: 'series',
  'quota-exhausted': 'run',
  'provider-down': 'run',
  'provider-fault': 'series',
  'bad-answer': 'series',
  'provider-broken': 'series',
  restated: 'series',
  'identity-changed': 'series',
  network: 'series',
  unreachable: 'series',
  timeout: 'series',
  'store-locked': 'run',
  'store-unusable': 'run',
  'queue-unusable': 'run',
  'store-corrupt': 'series',
  'worker-crashed': 'series',
  cancelled: 'run',
  internal: 'series',
};

/** What an error tells beside its code and its message. */
export interface ErrorDetails {
  readonly retryable?: boolean;
  /** Default: by its code. */
  readonly scope?: ErrorScope;
  readonly ticker?: string;
  readonly provider?: string;
  /** How long the provider asks to wait, in ms. */
  readonly retryAfterMs?: number;
  /** The answer has other bars for most of the stored sessions that it repeats. Default: nothing is said of that. */
  readonly contradicts?: true;
  /**
   * The provider answered, whole and in its own form: what cannot be read is wrong with this one answer, such as a damaged file,
   * and says nothing of others. Default: nothing is said of that.
   */
  readonly isOfOne?: true;
  /**
   * Of one that is `isOfOne`: it was sent as the provider keeps it, as a content of its own, so that a provider that is down
   * would not have sent it. Default: that is not sure.
   */
  readonly isAsKept?: true;
  readonly cause?: unknown;
}

/** An error as plain data: what crosses a thread or a queue. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** Only where it is another than its code's: see `scopeOf`. */
  readonly scope?: ErrorScope;
  readonly ticker?: string;
  readonly provider?: string;
  readonly retryAfterMs?: number;
  /** See `ErrorDetails.contradicts`. */
  readonly contradicts?: true;
  /** The cause's own message or stack, for a log. */
  readonly cause?: string;
}

/** What an error speaks of, be it thrown or data. */
export function scopeOf({ code, scope }: Pick<ErrorData, 'code' | 'scope'>): ErrorScope {
  return scope ?? SCOPES[code] ?? 'series';
}

/** Marks our errors, whichever copy of this module made them: a provider that is loaded from elsewhere has its own. */
const BRAND: unique symbol = Symbol.for('backfill.error');

/** The one error class of the program. `retryable` is false unless said otherwise. `instanceof` goes by a brand. */
export class BackfillError extends Error {
  override readonly name = 'BackfillError';
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly scope: ErrorScope;
  readonly ticker: string | undefined;
  readonly provider: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly contradicts: true | undefined;
  /** See `ErrorDetails.isOfOne`. */
  readonly isOfOne: true | undefined;
  /** See `ErrorDetails.isAsKept`. */
  readonly isAsKept: true | undefined;
  readonly #marked: string;

  /** `message`: may name options by `option`, for `messageFor`. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(spelt(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.#marked = message;
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.scope = details.scope ?? scopeOf({ code });
    this.ticker = details.ticker;
    this.provider = details.provider;
    this.retryAfterMs = details.retryAfterMs;
    this.contradicts = details.contradicts;
    this.isOfOne = details.isOfOne;
    this.isAsKept = details.isAsKept;
  }

  /** The message with its options as `spelling` has them. Default: by the names that the library has for them. */
  messageFor(spelling: Spelling): string {
    return spelt(this.#marked, spelling);
  }

  /** By its brand: also one of another copy of this library is a `BackfillError`. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** Any thrown value as data. What is not a `BackfillError` is a bug and becomes `internal`, with its stack as cause. */
export function errorData(error: unknown, about: { ticker?: string; provider?: string } = {}): ErrorData {
  const known = error instanceof BackfillError ? error : undefined;
  const cause = known ? known.cause : error;
  const code = known?.code ?? 'internal';
  const ticker = known?.ticker ?? about.ticker;
  const provider = known?.provider ?? about.provider;
  return {
    code,
    message: error instanceof Error ? error.message : String(error),
    retryable: known?.retryable ?? false,
    ...(known?.scope !== undefined && known.scope !== scopeOf({ code }) && { scope: known.scope }),
    ...(ticker !== undefined && { ticker }),
    ...(provider !== undefined && { provider }),
    ...(known?.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
    ...(known?.contradicts !== undefined && { contradicts: known.contradicts }),
    ...(cause instanceof Error && { cause: known ? cause.message : (cause.stack ?? cause.message) }),
  };
}
