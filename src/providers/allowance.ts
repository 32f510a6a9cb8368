/** What a request that is asked for the first time is, as a plan sees it; see `SentAs`. */
export type Due = 'priced' | 'pages' | 'isolation' | 'secondAsks';

/**
 * What a request is sent as:
 *
 * - `priced`: the plan counted it
 * - `pages`: the answer to a task has more pages, or needs more lists, than the plan expected
 * - `isolation`: a list is asked for again without some of its tickers, one of which had it refused
 * - `secondAsks`: an answer that leaves doubts is asked for again
 * - `retries`: no usable answer came of the one before
 * - `throttled`: the one before was refused for its pace
 */
export type SentAs = Due | 'retries' | 'throttled';

/** How many requests a plan counted for a task: says of each, as it is asked for the first time, whether it is one of them. */
export interface Allowance {
  /** `isApart`: it begins a list anew that was refused for some of its tickers. */
  take(isApart: boolean): Due;
  /** One of them is sent again because no usable answer came of it. */
  retry(): void;
  /** How many were. */
  readonly retries: number;
}

export function allowanceOf(requests: number): Allowance {
  let left = requests;
  let retries = 0;
  return {
    retry: () => void retries++,
    get retries() {
      return retries;
    },
    take: (isApart) => {
      if (isApart) return 'isolation';
      if (left <= 0) return 'pages';
      left--;
      return 'priced';
    },
  };
}

/** The same of what was asked for once already: no plan counts that. */
export function askedAgain(first: Allowance | undefined): Allowance {
  return {
    take: () => 'secondAsks',
    retry: () => first?.retry(),
    get retries() {
      return first?.retries ?? 0;
    },
  };
}
