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
  | 'incomplete' // the answer left wanted sessions unexplained
  | 'basis-unknown' // what prices are adjusted by is not known
  | 'throttled'
  | 'quota-exhausted' // the day's requests are used up
  | 'provider-down' // too many requests in a row came to nothing
  | 'provider-fault' // 5xx, HTML where JSON is due, an answer for another ticker
  | 'bad-answer' // the answer does not parse or contradicts itself
  | 'restated' // the provider changed bars that were final: the series has to be fetched again
  | 'identity-changed' // the ticker is another instrument's now: nothing is stored
  | 'network'
  | 'timeout'
  | 'store-locked'
  | 'store-unusable'
  | 'store-corrupt'
  | 'worker-crashed'
  | 'cancelled'
  | 'internal';

export interface ErrorDetails {
  readonly retryable?: boolean;
  readonly ticker?: string;
  readonly provider?: string;
  /** How long the provider asks to wait, in ms. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error as plain data: what crosses a thread or a queue. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly ticker?: string;
  readonly provider?: string;
  readonly retryAfterMs?: number;
  /** The cause's own message or stack, for a log. */
  readonly cause?: string;
}

/** The one error class of the program. `retryable` is false unless said otherwise. */
export class BackfillError extends Error {
  override readonly name = 'BackfillError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly ticker: string | undefined;
  readonly provider: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.ticker = details.ticker;
    this.provider = details.provider;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Any thrown value as data. What is not a `BackfillError` is a bug and becomes `internal`, with its stack as cause. */
export function errorData(error: unknown, about: { ticker?: string; provider?: string } = {}): ErrorData {
  const known = error instanceof BackfillError ? error : undefined;
  const cause = known ? known.cause : error;
  const ticker = known?.ticker ?? about.ticker;
  const provider = known?.provider ?? about.provider;
  return {
    code: known?.code ?? 'internal',
    message: error instanceof Error ? error.message : String(error),
    retryable: known?.retryable ?? false,
    ...(ticker !== undefined && { ticker }),
    ...(provider !== undefined && { provider }),
    ...(known?.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
    ...(cause instanceof Error && { cause: known ? cause.message : (cause.stack ?? cause.message) }),
  };
}
