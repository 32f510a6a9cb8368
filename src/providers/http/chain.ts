import { BackfillError } from '../../core/errors.ts';
import type { Member } from '../../core/universe/member.ts';
import type { Allowance } from '../allowance.ts';
import type {
  ActionsAnswer,
  ActionsRequest,
  BarAnswer,
  MarketActionsRequest,
  MarketAnswer,
  MarketRequest,
  PartOf,
} from '../provider.ts';
import { type Exchange, followPages, turnsOf } from './follow-pages.ts';
import type { ChainSteps, HttpSteps, Spoilt } from './steps.ts';
import type { DiscoverRequest } from '../discovery.ts';

/**
 * How a request for some tickers went. `spoilt`: some of them, which one is not said, had it refused. `failed`: it is not known
 * whether any would have.
 */
type Course = 'done' | 'spoilt' | 'failed';

/** Who is asked, and for what. */
export interface Asking {
  readonly exchange: Exchange;
  /** Id of the provider. */
  readonly provider: string;
  /** An interval, or what else: with the first ticker and day it names the chain. */
  readonly what: string;
  /** How many pages a chain for some tickers may have. Default: any number that brings something. */
  readonly mostOf?: (tickers: readonly string[]) => number;
}

/**
 * Asks for some series over as many requests as it takes; at most one part for each. What befalls a request befalls those of
 * its series that had not come by then. What was answered is not asked for again.
 *
 * A ticker that spoils the request of the others is left out where the refusal names it: one more request. Else it is found by
 * halving, while what lies beside it is put off, to be asked for together once it is found: beyond the request that was due it
 * costs at most ⌈log2 n⌉ + 2, the halvings, itself and what was put off. Pages make that no dearer: in parts a list has at most
 * one page more a part than whole, and that page is the request that is counted.
 */
export async function askInSteps<Asked extends ActionsRequest, State, Answer extends Told>(
  asked: Asked,
  steps: ChainSteps<Asked, State, PartOf<Answer>>,
  { exchange, ...of }: Asking,
): Promise<readonly PartOf<Answer>[]> {
  const parts = new Map<string, PartOf<Answer>>();
  // Asked for to the end, whether there is a part of it or not.
  const over = new Set<string>();
  const note = (part: PartOf<Answer>): void => {
    parts.set(part.ticker, part);
    over.add(part.ticker);
  };
  const noteTold = (part: PartOf<Answer>): void => note(believed(part, parts.get(part.ticker), of.provider));
  const openOf = (tickers: readonly string[]): readonly string[] =>
    tickers.filter((ticker) => !over.has(ticker));

  // Whether a request was refused for some of the tickers: those that follow ask for parts of it.
  let isApart = false;

  /** Asks for all, again without those that a refusal names. One that is refused alone is the one that is meant. */
  const askTogether = async (tickers: readonly string[]): Promise<Course> => {
    for (let open = openOf(tickers); open.length > 0; open = openOf(tickers)) {
      try {
        const asking = { ...of, exchange, note: noteTold, isApart };
        const refused = await followList({ ...asked, tickers: open }, steps, asking);
        isApart ||= refused !== undefined;
        if (refused === undefined) {
          for (const ticker of open) over.add(ticker);
          break;
        }
        const { spoilt, without } = refused;
        const isAlone = open.length === 1;
        const meant = isAlone ? open : openOf(open).filter((ticker) => without.includes(ticker));
        for (const ticker of meant) note({ ticker, error: spoilt });
        if (isAlone || meant.length === 0) return 'spoilt';
      } catch (error) {
        for (const ticker of openOf(open)) note({ ticker, error });
        return 'failed';
      }
    }
    return 'done';
  };

  /** Looks among tickers whose request was refused for one that spoils it; what it need not ask for stays open. */
  const findOne = async (refused: readonly string[]): Promise<void> => {
    for (let suspects = refused; suspects.length > 0;) {
      const [first, second] = halvesOf(suspects);
      const course = await askTogether(first);
      if (course === 'failed') return;
      // Where none of the first half spoils a request, one of the second does.
      suspects = openOf(course === 'spoilt' ? first : second);
    }
  };

  /** `found`: how many spoilt a request before. */
  const ask = async (tickers: readonly string[], found: number): Promise<void> => {
    const open = openOf(tickers);
    if (open.length === 0 || (await askTogether(open)) !== 'spoilt') return;
    if (found ** 2 < open.length) {
      await findOne(openOf(open));
      await ask(open, found + 1);
    } else {
      // Among so many of them what is put off is refused too: halves that are asked for at once cost less.
      const [first, second] = halvesOf(openOf(open));
      await ask(first, found);
      await ask(second, found);
    }
  };

  await ask(asked.tickers, 0);
  return [...parts.values()];
}

/** What an answer has that another one of the same may lack. */
type Told = Partial<Pick<BarAnswer, 'bars' | 'actions'>>;

/** What of a part of a page, or of the end of its chain, counts: the last alone would pass for all that there is of its ticker. */
function believed<Answer extends Told>(
  part: PartOf<Answer>,
  before: PartOf<Answer> | undefined,
  provider: string,
): PartOf<Answer> {
  if (before === undefined || 'error' in part) return part;
  if ('error' in before) return before;
  const { ticker } = part;
  return hasAllOf(part.answer, before.answer) ? part : { ticker, error: toldInParts(ticker, provider) };
}

/** Whether an answer has the rows of an earlier one, and no fewer splits and dividends. */
function hasAllOf({ bars, actions = [] }: Told, earlier: Told): boolean {
  const stamps = new Set(bars?.ts);
  return (
    earlier.bars?.ts.every((ts) => stamps.has(ts)) !== false &&
    actions.length >= (earlier.actions?.length ?? 0)
  );
}

function toldInParts(ticker: string, provider: string): BackfillError {
  return new BackfillError(
    'provider-broken',
    `provider ${provider} gives a part of ${ticker} that lacks rows of one before it; the last of a chain must have all that its pages have of a ticker`,
    { ticker },
  );
}

/** The longer one first. */
function halvesOf(tickers: readonly string[]): readonly [readonly string[], readonly string[]] {
  const middle = Math.ceil(tickers.length / 2);
  return [tickers.slice(0, middle), tickers.slice(middle)];
}

interface ListAsking<One> extends Asking {
  readonly note: (part: One) => void;
  /** Whether it begins anew what was refused for some of its tickers. */
  readonly isApart: boolean;
}

/** One chain of pages; gives the refusal where one is refused for some of its tickers. */
async function followList<Asked extends ActionsRequest, State, Answer>(
  asked: Asked,
  { request, parse, end, ...turns }: ChainSteps<Asked, State, PartOf<Answer>>,
  { exchange, provider, what, note, isApart, mostOf }: ListAsking<PartOf<Answer>>,
): Promise<Spoilt | undefined> {
  const found = await followPages<State, PartOf<Answer>>(
    `${asked.tickers[0]} ${what} ${asked.range.from}`,
    {
      request: (state, secrets) => request(asked, state, secrets),
      parse: (answer, state) => parse(answer, asked, state),
      note,
      dueOf: (isFirst) => asked.allowance?.take(isFirst && isApart),
      onRetry: () => asked.allowance?.retry(),
      most: mostOf?.(asked.tickers),
      ...turnsOf(asked, turns),
    },
    exchange,
    provider,
  );
  if ('spoilt' in found) return found;
  for (const part of end(asked, found.state)) note(part);
  return undefined;
}

/** All tickers of one session, over as many pages as it takes. */
export async function askMarket<State>(
  asked: MarketRequest,
  { capabilities: { id }, market }: Pick<HttpSteps<State>, 'capabilities' | 'market'>,
  exchange: Exchange,
): Promise<MarketAnswer> {
  if (market === undefined)
    throw new BackfillError('internal', `${id} is asked for a market, which it does not give`);
  const found = await followPages<State, unknown>(
    `market ${asked.interval} ${asked.session}`,
    {
      request: (state, secrets) => market.request(asked, state, secrets),
      parse: (answer, state) => market.parse(answer, asked, state),
      note: () => {},
      dueOf: () => asked.allowance?.take(false),
      onRetry: () => asked.allowance?.retry(),
    },
    exchange,
    id,
  );
  if ('spoilt' in found) throw found.spoilt;
  return market.end(asked, found.state);
}

/** The members of universes, over as many pages as it takes. */
export function askMembers<State>(
  asked: DiscoverRequest,
  steps: ChainSteps<DiscoverRequest, State, Member>,
  exchange: Exchange,
  provider: string,
): Promise<readonly Member[]> {
  return askWhole(asked, steps, { exchange, provider, what: `discover ${asked.categories.join(' ')}` });
}

/** The splits and dividends of all tickers of a market, over as many pages as it takes. */
export async function askMarketActions<State>(
  asked: MarketActionsRequest,
  steps: ChainSteps<MarketActionsRequest, State, PartOf<ActionsAnswer>> | undefined,
  of: Pick<Asking, 'exchange' | 'provider'>,
): Promise<readonly PartOf<ActionsAnswer>[]> {
  if (steps === undefined)
    throw new BackfillError('internal', `${of.provider} is asked for the splits and dividends of a market`);
  const { from, to } = asked.range;
  return askWhole(asked, steps, { ...of, what: `market actions ${from} ${to}`, allowance: asked.allowance });
}

/** What a chain brings that is of no tickers that were named; `what`: its name. Throws what befalls a page of it. */
async function askWhole<Asked, State, One>(
  asked: Asked,
  { request, parse, end, ...turns }: ChainSteps<Asked, State, One>,
  { exchange, provider, what, allowance }: Asking & { readonly allowance?: Allowance | undefined },
): Promise<readonly One[]> {
  const parts: One[] = [];
  const found = await followPages<State, One>(
    what,
    {
      request: (state, secrets) => request(asked, state, secrets),
      parse: (answer, state) => parse(answer, asked, state),
      note: (part) => void parts.push(part),
      dueOf: () => allowance?.take(false),
      onRetry: () => allowance?.retry(),
      ...turnsOf(asked, turns),
    },
    exchange,
    provider,
  );
  if ('spoilt' in found) throw found.spoilt;
  return parts.concat(end(asked, found.state));
}
