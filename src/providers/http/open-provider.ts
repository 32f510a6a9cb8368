import { BackfillError } from '../../core/errors.ts';
import { randomFor } from '../../market/random.ts';
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
  Provider,
  ProviderConfig,
  Secrets,
} from '../provider.ts';
import { askBars } from './ask-bars.ts';
import { askWithActions } from './ask-with-actions.ts';
import { askInSteps, askMarket, askMarketActions, askMembers } from './chain.ts';
import type { Exchange } from './follow-pages.ts';
import { monotonicNow } from './gate-state.ts';
import type { Gate } from './gate.ts';
import { type RetryPolicy, throughGate, withRetries } from './retry.ts';
import { withVariables, withoutSecrets } from './secrets.ts';
import { openSpareWay } from './spare-way.ts';
import type { Call, HttpSteps } from './steps.ts';
import { withTimeout } from './timeout.ts';
import { send } from './transport.ts';
import { usageIn } from './usage.ts';

const WAITS = { firstWaitMs: 500, longestWaitMs: 30_000 };

/** Eight tries survive an hour in which every second answer is bad. */
export const USUAL_RETRIES = 7;

/** How long an answer is waited for, where nobody says otherwise. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** How long an answer is waited for, and how often it is asked for again. */
type Patience = Pick<ProviderConfig, 'timeoutMs' | 'maxRetries'>;

/** A provider that speaks in steps, each of whose requests passes the gate, is timed, and is tried again where that helps. */
export function openHttpProvider<State, Listed = State>(
  steps: HttpSteps<State, Listed>,
  patience: Patience,
  gate: Gate,
  secrets: Secrets = {},
): Provider {
  const { capabilities, symbolOf = asIs, tickerOf = asIs, tickers } = steps;
  const exchange = exchangeThrough(gate, patience, secrets, { capabilities });
  const listing = exchangeThrough(gate, patience, secrets, steps);
  const keptSecret = async <T>(asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      throw withVariables(withoutSecrets(error, secrets), capabilities);
    }
  };
  const fit = <Answer>(part: PartOf<Answer>): PartOf<Answer> =>
    'error' in part
      ? { ...part, error: withVariables(withoutSecrets(part.error, secrets), capabilities) }
      : part;
  const of = { exchange, provider: capabilities.id };
  const fetchBarsAlone = async (request: ListRequest): Promise<readonly Part[]> =>
    (await askBars(request, steps, of)).map(fit);
  const { actions, discover, market: { actions: marketActions } = {} } = steps;
  const fetchActions =
    actions &&
    (async (request: ActionsRequest) =>
      (await askInSteps(request, actions, { ...of, what: 'actions' })).map(fit));
  const fetchList = async (request: ListRequest): Promise<readonly Part[]> => {
    const isApart = (capabilities.intervals[request.interval]?.requestsForActions ?? 0) > 0;
    const parts = await (isApart && fetchActions !== undefined
      ? askWithActions(request, fetchActions, fetchBarsAlone)
      : fetchBarsAlone(request));
    return withEach(request.tickers, parts, capabilities.id);
  };
  const fetchMarketActions = async (asked: MarketActionsRequest): Promise<readonly PartOf<ActionsAnswer>[]> =>
    (await keptSecret(askMarketActions(asked, marketActions, of))).map(fit);
  const fetchMarket = async (request: MarketRequest): Promise<MarketAnswer> => {
    const { parts, ...others } = await keptSecret(askMarket(request, steps, exchange));
    return { parts: parts.map(fit), ...others };
  };
  return {
    ...{ capabilities, symbolOf, tickerOf, fetchList },
    fetchBars: async ({ series: { ticker, interval }, range, now, told, allowance }) => {
      const asked = { tickers: [ticker], interval, range, now, allowance };
      const parts = await fetchList(told === undefined ? asked : { ...asked, told });
      return answerOf(ticker, parts);
    },
    ...(fetchActions && { fetchActions }),
    ...(steps.market && { fetchMarket }),
    ...(marketActions && { fetchMarketActions }),
    listTickers: async () =>
      tickers === undefined ? [] : keptSecret(listing('tickers', tickers.request, tickers.parse)),
    ...(discover && {
      discover: (asked) => keptSecret(askMembers(asked, discover, listing, capabilities.id)),
    }),
    close: () => Promise.resolve(),
  };
}

/** The parts, and an error for each ticker that was asked for and has none. */
function withEach(tickers: readonly string[], parts: readonly Part[], provider: string): readonly Part[] {
  const without = new Set(tickers);
  for (const { ticker } of parts) without.delete(ticker);
  if (without.size === 0) return parts;
  const lacking = [...without].map((ticker): Part => {
    const message = `no part of ${provider}'s answer is of ${ticker}, which was asked for`;
    return { ticker, error: new BackfillError('provider-broken', message) };
  });
  return [...parts, ...lacking];
}

/** The answer of one ticker among those of a request. Throws what came in its place. */
function answerOf(ticker: string, parts: readonly Part[]): BarAnswer {
  const part = parts.find((one) => one.ticker === ticker) as Part;
  if ('error' in part) throw part.error;
  return part.answer;
}

/** The words of a request; says of one that cannot be worded that it is not sent. */
async function worded(word: Parameters<Exchange>[1], secrets: Secrets, onUnsent: () => void): Promise<Call> {
  try {
    return await word(secrets);
  } catch (error) {
    onUnsent();
    throw error;
  }
}

function asIs(name: string): string {
  return name;
}

/**
 * Sends each request through the gate, timed (ms), and again where that helps; tells the gate what answers of `teller` say of
 * the use of a limit, and of that.
 */
export function exchangeThrough(
  gate: Gate,
  { timeoutMs = DEFAULT_TIMEOUT_MS, maxRetries = USUAL_RETRIES }: Patience = {},
  secrets: Secrets = {},
  teller?: Pick<HttpSteps<unknown>, 'capabilities' | 'limitIn'>,
): Exchange {
  const timed = withTimeout(send, timeoutMs);
  const policyFor = (id: string): RetryPolicy => ({
    ...WAITS,
    attempts: maxRetries + 1,
    random: randomFor(id),
  });
  const spareWay = openSpareWay(gate, randomFor('spare way'), monotonicNow);
  return async (id, word, read, { instead, due, onRetry } = {}) => {
    const once = throughGate(
      gate,
      async ({ onUnsent, ...wire }) => {
        const call = await worded(word, secrets, onUnsent);
        const answer = await timed({ ...call, ...wire }, gate.signal);
        const usage = teller && usageIn(answer, teller.capabilities, teller.limitIn?.(answer));
        if (usage !== undefined) await gate.used(usage);
        return read(answer, call);
      },
      { due, onRetry },
    );
    if (instead !== undefined) return spareWay.ask(once, instead);
    return withRetries(gate, policyFor(id), once);
  };
}
