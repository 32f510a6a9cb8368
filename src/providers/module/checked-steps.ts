import { BackfillError } from '../../core/errors.ts';
import type { Call, HttpSteps, Page, Spoilt } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type {
  ActionsAnswer,
  ActionsRequest,
  BarAnswer,
  ListRequest,
  MarketActionsRequest,
  MarketAnswer,
  MarketRequest,
  Part,
  PartOf,
  Secrets,
} from '../provider.ts';
import { shown } from '../../core/shown.ts';
import { faultOfActions, faultOfAnswer, rangeOf } from './answer-faults.ts';
import { broken, parsed, thrownBy } from './broken.ts';
import { type Own, requestChecked } from './own-requests.ts';
import { MARKET_ANSWER, askedWhole, partsOfMarket } from './market-answer.ts';
import { faultOfMembers } from './member-faults.ts';
import { marketOfAsked, partsOfAsked } from './rows-asked.ts';

/** What is asked for of a list, of a market, or of splits and dividends. */
type Asked = ListRequest | MarketRequest | ActionsRequest | MarketActionsRequest;

/** The three steps of a chain. */
interface Chain<Request extends Asked, End, One = Part> {
  readonly request: (asked: Request, state: unknown, secrets: Secrets) => Call | Promise<Call>;
  readonly parse: (answer: HttpAnswer, asked: Request, state: unknown) => Page<unknown, One> | Spoilt;
  readonly end: (asked: Request, state: unknown) => End;
}

/**
 * The steps of a provider of one's own, with what they give checked before it is believed: what they throw that is no
 * `BackfillError`, and what is no answer, is `provider-broken`, with the place; so is a step that does not end. `url`: of the
 * module.
 */
export function checkedSteps(
  steps: HttpSteps<unknown>,
  url: string,
  config: Own['config'],
): HttpSteps<unknown> {
  const { capabilities, market, tickers, actions, discover } = steps;
  const { id } = capabilities;
  const own: Own = { id, url, config };
  return {
    ...steps,
    ...believed(
      checkedChain<ListRequest, readonly Part[]>('', steps, {
        ...{ ...own, partsOf: (parts) => parts, must: 'a list of parts', faultOf: faultOfAnswer },
      }),
      (parts, asked) => partsOfAsked(parts, asked),
    ),
    ...(actions !== undefined && {
      actions: checkedChain<ActionsRequest, readonly PartOf<ActionsAnswer>[], ActionsAnswer>(
        'actions.',
        actions,
        { ...own, partsOf: (parts) => parts, must: 'a list of parts', faultOf: faultOfActions },
      ),
    }),
    ...(market !== undefined && {
      market: checkedMarket(market, own),
    }),
    ...(discover !== undefined && { discover: checkedDiscovery(discover, own) }),
    ...(tickers !== undefined && {
      tickers: {
        request: (secrets) => inTurn('tickers.request', own, () => tickers.request(secrets)),
        parse: (answer) => {
          const listed = inTurn('tickers.parse', own, () => parsed(() => tickers.parse(answer), id));
          if (Array.isArray(listed) && listed.every((ticker) => typeof ticker === 'string')) return listed;
          throw broken(id, `its tickers.parse gives ${shown(listed)}; it must be a list of tickers`);
        },
      },
    }),
  };
}

/** What a step gives that takes its turn at once. */
function inTurn<Made>(step: string, { id, url }: Own, run: () => Made): Made {
  try {
    return run();
  } catch (error) {
    throw thrownBy(step, error, id, url);
  }
}

/** The same of those that discover tickers. */
function checkedDiscovery(
  discover: NonNullable<HttpSteps<unknown>['discover']>,
  own: Own,
): NonNullable<HttpSteps<unknown>['discover']> {
  const { id } = own;
  return {
    request: requestChecked('discover.', discover.request, own),
    parse: (answer, asked, state) => {
      const page = inTurn('discover.parse', own, () =>
        parsed(() => discover.parse(answer, asked, state), id),
      );
      const fault = faultOfPage(page) ?? ('parts' in page ? faultOfMembers(page.parts) : undefined);
      if (fault === undefined) return page;
      throw broken(id, `its discover.parse gives ${fault}`);
    },
    end: (asked, state) => {
      const members = inTurn('discover.end', own, () => discover.end(asked, state));
      const fault = Array.isArray(members)
        ? faultOfMembers(members)
        : `${shown(members)}; it must be a list of members`;
      if (fault === undefined) return members;
      throw broken(id, `its discover.end gives ${fault}`);
    },
  };
}

/** The same of those for whole markets. */
function checkedMarket(
  market: NonNullable<HttpSteps<unknown>['market']>,
  own: Own,
): NonNullable<HttpSteps<unknown>['market']> {
  const { actions } = market;
  return {
    ...believed(
      checkedChain<MarketRequest, MarketAnswer>('market.', askedWhole(market), {
        ...{ ...own, must: MARKET_ANSWER, faultOf: faultOfAnswer },
        partsOf: partsOfMarket,
      }),
      (answer, asked) => marketOfAsked(answer, { ...asked, range: rangeOf(asked) }),
    ),
    ...(actions !== undefined && {
      actions: checkedChain<MarketActionsRequest, readonly PartOf<ActionsAnswer>[], ActionsAnswer>(
        'market.actions.',
        actions,
        { ...own, partsOf: (parts) => parts, must: 'a list of parts', faultOf: faultOfActions },
      ),
    }),
  };
}

/** The same steps, of whose answers only what is of what was asked for is left. */
function believed<Request extends ListRequest | MarketRequest, End>(
  chain: Chain<Request, End>,
  leave: (end: End, asked: Request) => End,
): Chain<Request, End> {
  return {
    ...chain,
    parse: (answer, asked, state) => {
      const page = chain.parse(answer, asked, state);
      if (!('parts' in page)) return page;
      return { ...page, parts: partsOfAsked(page.parts, { ...asked, range: rangeOf(asked) }) };
    },
    end: (asked, state) => leave(chain.end(asked, state), asked),
  };
}

/** Whose steps are checked, and where the parts are in what their end gives; undefined where there are none. */
interface Whose<End, Answer, Request> extends Own {
  readonly partsOf: (end: End) => readonly PartOf<Answer>[] | undefined;
  /** What it must give, in words. */
  readonly must: string;
  /** What is wrong with an answer; undefined if nothing is. */
  readonly faultOf: (answer: Answer, ticker: string, asked: Request) => string | undefined;
}

function checkedChain<Request extends Asked, End, Answer = BarAnswer>(
  name: string,
  steps: Chain<Request, End, PartOf<Answer>>,
  { partsOf, must, faultOf, ...own }: Whose<End, Answer, Request>,
): Chain<Request, End, PartOf<Answer>> {
  const { id } = own;
  const assertParts = (parts: readonly PartOf<Answer>[], asked: Request, step: string): void => {
    for (const part of parts) {
      const fault = faultOfPart(part, asked, faultOf);
      if (fault !== undefined) throw broken(id, `its ${name}${step} gives ${fault}`);
    }
  };
  return {
    request: requestChecked(name, steps.request, own),
    parse: (answer, asked, state) => {
      const page = inTurn(`${name}parse`, own, () => parsed(() => steps.parse(answer, asked, state), id));
      const fault = faultOfPage(page);
      if (fault !== undefined) throw broken(id, `its ${name}parse gives ${fault}`);
      if ('parts' in page) assertParts(page.parts, asked, 'parse');
      return page;
    },
    end: (asked, state) => {
      const end = inTurn(`${name}end`, own, () => steps.end(asked, state));
      const parts = partsOf(end);
      if (!Array.isArray(parts)) throw broken(id, `its ${name}end gives ${shown(end)}; it must be ${must}`);
      assertParts(parts, asked, 'end');
      return end;
    },
  };
}

/** What is wrong with a page; undefined if nothing is. */
function faultOfPage(page: Page<unknown, unknown> | Spoilt): string | undefined {
  if (typeof page !== 'object' || page === null)
    return `${shown(page)}; it must be { parts, state, hasMore }`;
  if ('spoilt' in page) {
    if (!(page.spoilt instanceof BackfillError)) return `spoilt: ${shown(page.spoilt)}; it must be an error`;
    return Array.isArray(page.without)
      ? undefined
      : `without: ${shown(page.without)}; it must be a list of tickers`;
  }
  if (!Array.isArray(page.parts)) return `parts: ${shown(page.parts)}; it must be a list`;
  if (typeof page.hasMore !== 'boolean') return `hasMore: ${shown(page.hasMore)}; it must be true or false`;
  return page.reaches === undefined || page.reaches instanceof Map
    ? undefined
    : `reaches: ${shown(page.reaches)}; it must be a Map, or left out`;
}

function faultOfPart<Answer, Request extends Asked>(
  part: PartOf<Answer>,
  asked: Request,
  faultOf: Whose<unknown, Answer, Request>['faultOf'],
): string | undefined {
  if (typeof part !== 'object' || part === null) return `a part that is ${shown(part)}`;
  const { ticker } = part;
  if ('tickers' in asked ? !asked.tickers.includes(ticker) : !isTicker(ticker))
    return `a part of ${shown(ticker)}, which was not asked for`;
  if ('error' in part) return undefined;
  const fault = faultOf(part.answer, ticker, asked);
  return fault === undefined ? undefined : `an answer for ${ticker} whose ${fault}`;
}

/** A market may name any. */
function isTicker(ticker: unknown): boolean {
  return typeof ticker === 'string' && ticker !== '';
}
