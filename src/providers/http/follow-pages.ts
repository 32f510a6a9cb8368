import { BackfillError } from '../../core/errors.ts';
import type { Due } from '../allowance.ts';
import type { Secrets } from '../provider.ts';
import { watchPages } from './endless-pages.ts';
import type { Call, ChainSteps, Page, Spoilt } from './steps.ts';
import type { HttpAnswer } from './transport.ts';

/** Sends what `word` words, as often as it takes, and gives what `read` makes of the answer. */
export type Exchange = <T>(
  id: string,
  word: (secrets: Secrets) => Call | Promise<Call>,
  read: (answer: HttpAnswer, call: Call) => T,
  how?: {
    /** Of a request that can be done without, what stands for it where nothing of use comes. */
    readonly instead?: ((why: BackfillError) => T) | undefined;
    /** What it counts as. Default `priced`. */
    readonly due?: Due | undefined;
    /** It is sent again because no usable answer came. */
    readonly onRetry?: (() => void) | undefined;
  },
) => Promise<T>;

/** What a chain asks for, and what it hears. */
interface Chain<State, One> extends Turns<State, One> {
  readonly request: (state: State | undefined, secrets: Secrets) => Call | Promise<Call>;
  readonly parse: (answer: HttpAnswer, state: State | undefined) => Page<State, One> | Spoilt;
  readonly note: (part: One) => void;
  /** What its next request counts as, see `Exchange`. */
  readonly dueOf: (isFirst: boolean) => Due | undefined;
  readonly onRetry: () => void;
  /** How many pages it may have. Default: any number. */
  readonly most?: number | undefined;
}

/** How a chain goes on where a request brings nothing of use. */
interface Turns<State, One> {
  /** Of the request that follows `state`, if it can be done without; undefined: it cannot. */
  readonly spare?: (state: State | undefined) => ((why: BackfillError) => Page<State, One>) | undefined;
  /** See `ChainSteps`. */
  readonly past?: (why: BackfillError, state: State | undefined) => Page<State, One>;
}

/** The turns of a chain for what is asked. */
export function turnsOf<Asked, State, One>(
  asked: Asked,
  { spare, past }: Pick<ChainSteps<Asked, State, One>, 'spare' | 'past'>,
): Turns<State, One> {
  return {
    ...(spare && {
      spare: (state) => (spare.isNext(asked, state) ? (why) => spare.instead(why, asked, state) : undefined),
    }),
    ...(past && { past: (why, state) => past(why, asked, state) }),
  };
}

/** What a chain of pages came to: its state, or the refusal of a page. */
type Followed<State> = { readonly state: State } | Spoilt;

/** Asks page by page, to the end of a chain or to a refusal. Throws what befalls a request that it does not go past. */
export async function followPages<State, One>(
  id: string,
  { request, parse, note, dueOf, onRetry, spare, past, most }: Chain<State, One>,
  exchange: Exchange,
  provider: string,
): Promise<Followed<State>> {
  const known = new Set<string>();
  const assertNews = watchPages(provider, most);
  for (let state: State | undefined; ;) {
    const before = state;
    let address = '';
    const asking: Promise<Page<State, One> | Spoilt> = exchange(
      `${id} ${known.size}`,
      (secrets) => request(before, secrets),
      (answer, { url }) => {
        address = url.href;
        return parse(answer, before);
      },
      { instead: spare?.(before), due: dueOf(known.size === 0), onRetry },
    );
    const page = await asking.catch((error: unknown) => {
      if (past === undefined || !(error instanceof BackfillError && error.isOfOne === true)) throw error;
      address = `past request ${known.size}`;
      return past(error, before);
    });
    if ('spoilt' in page) return page;
    for (const part of page.parts) note(part);
    if (!page.hasMore) return page;
    if (known.has(address))
      throw new BackfillError('bad-answer', `${provider} gives the same page again and again`);
    known.add(address);
    assertNews(page.reaches);
    ({ state } = page);
  }
}
