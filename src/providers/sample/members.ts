import { parseDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { inCategories } from '../../core/universe/category.ts';
import type { Member } from '../../core/universe/member.ts';
import { listedBy } from '../../market/listed-by.ts';
import type { Listing, Market } from '../../market/market.ts';
import type { Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { bodyOf } from './served-page.ts';
import type { DiscoverRequest } from '../discovery.ts';

/** The instruments of a market that are known at `now`, of some categories. */
export function membersOf(market: Market, { categories, now }: DiscoverRequest): Member[] {
  return inCategories(listedBy(market, now).map(memberOf), categories);
}

/** Where the next page of instruments begins; null: there is none. */
export interface Instruments {
  readonly next: string | null;
}

/** An instrument as it is on the wire, dates as `YYYY-MM-DD`. */
type WireInstrument = Pick<Listing, 'name' | 'type' | 'exchange'> & {
  readonly symbol: string;
  readonly firstTrade: string | null;
  readonly delistedOn: string | null;
};

/** One page of the instruments that a server lists. Throws `bad-answer` (retryable). */
export function readInstruments(
  answer: HttpAnswer,
  { categories }: DiscoverRequest,
): Page<Instruments, Member> {
  const page = bodyOf(answer) as {
    readonly instruments?: readonly WireInstrument[];
    readonly next?: string | null;
  };
  const { instruments, next } = page;
  if (!Array.isArray(instruments) || next === undefined)
    throw new BackfillError('bad-answer', 'sample answered no list of instruments', { retryable: true });
  const dayOrNull = (text: string | null): number | null => (text === null ? null : parseDay(text));
  const members = (instruments as readonly WireInstrument[]).map(
    ({ symbol, firstTrade, delistedOn, ...one }) =>
      memberOf({
        ...{ ...one, ticker: symbol },
        ...{ firstTrade: dayOrNull(firstTrade), delistedOn: dayOrNull(delistedOn) },
      }),
  );
  return {
    ...{ parts: inCategories(members, categories), state: { next }, hasMore: next !== null },
    reaches: new Map(members.map(({ ticker }) => [ticker, 0])),
  };
}

/** A delisting is the first session after the last trade: none lies between. */
function memberOf({
  ticker,
  name,
  type,
  exchange,
  firstTrade,
  delistedOn,
}: Omit<Listing, 'calendar' | 'currency'>): Member {
  const delisted = delistedOn === null ? null : delistedOn - 1;
  return { ticker, name, type, exchange, listed: firstTrade, delisted, source: 'sample' };
}
