import type { HttpSteps } from '../http/steps.ts';
import type { AlikeParts, MarketAnswer, MarketRequest, Part } from '../provider.ts';

/** What a module has to give of a market, in words. */
export const MARKET_ANSWER =
  '{ parts, asOf }, and what is alike as { tickers, counts, bars, answer } with a count of bars for each ticker';

/** What it says of each ticker, with the bars of all that are alike; undefined for what is no answer of a market. */
export function partsOfMarket(answer: MarketAnswer | undefined): readonly Part[] | undefined {
  const { parts, alike = [], asOf } = answer ?? {};
  if (!Number.isFinite(asOf) || !Array.isArray(parts) || !Array.isArray(alike)) return undefined;
  const groups: readonly AlikeParts[] = alike;
  if (!groups.every(isCounted)) return undefined;
  const others = groups.flatMap(({ tickers, bars, answer: same }) =>
    tickers.map((ticker): Part => ({ ticker, answer: { ...same, bars } })),
  );
  return [...(parts as readonly Part[]), ...others];
}

function isCounted(group: AlikeParts): boolean {
  const { tickers, counts, bars } = group ?? {};
  if (!Array.isArray(tickers) || !Array.isArray(counts) || tickers.length !== counts.length) return false;
  const numbers: readonly unknown[] = counts;
  const sum = numbers.reduce<number>((all, count) => all + (isCount(count) ? count : Number.NaN), 0);
  return sum === bars?.length;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

type MarketSteps = Required<HttpSteps<unknown>>['market'];

/** The same steps, which are not told who takes pieces: an answer is checked once it is whole. */
export function askedWhole({ request, parse, end, ...others }: MarketSteps): MarketSteps {
  const whole = ({ interval, session, now }: MarketRequest): MarketRequest => ({ interval, session, now });
  return {
    ...others,
    request: (asked, state, secrets) => request(whole(asked), state, secrets),
    parse: (answer, asked, state) => parse(answer, whole(asked), state),
    end: (asked, state) => end(whole(asked), state),
  };
}
