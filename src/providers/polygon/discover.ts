import { type Day, formatDay, utcDayOf } from '../../core/session/day.ts';
import { inCategories } from '../../core/universe/category.ts';
import type { Category, Member } from '../../core/universe/member.ts';
import type { DiscoverRequest } from '../discovery.ts';
import type { Fields } from '../fields.ts';
import type { ChainSteps, Reaches } from '../http/steps.ts';
import { livesOn } from '../lives.ts';
import type { ProviderConfig } from '../provider.ts';
import { dataIn } from './errors.ts';
import { type List, contractsIn, membersIn } from './listed.ts';
import { nextIn, rowsIn } from './parse.ts';
import { listUrl, nextUrl, worded } from './request.ts';

/** How far a chain of lists has got. */
export interface Listing {
  /** How many have been read to their end. */
  readonly lists: number;
  /** The next page of the one that is being read; null: its first. */
  readonly next: string | null;
  /** Of the market that is being read what was active on the day that is asked about, and what has been delisted by now. */
  readonly active: readonly Member[];
  readonly delisted: readonly Member[];
}

const NOTHING_READ: Listing = { lists: 0, next: null, active: [], delisted: [] };

const MARKETS: Readonly<Record<Category, List['market']>> = {
  us_equities: 'stocks',
  etf: 'stocks',
  otc: 'otc',
  crypto: 'crypto',
  fx: 'fx',
  indices: 'indices',
  options: 'options',
};

/**
 * By market what is active, as of the day that is asked about where there is one, and what has been delisted by now, which says of
 * the first how long it lived. Option contracts are listed as of that day too; those that expired before are not, of which there
 * are thousands of each share.
 */
export function discoverSteps(config: ProviderConfig): ChainSteps<DiscoverRequest, Listing, Member> {
  return {
    request: (asked, before = NOTHING_READ, secrets) =>
      worded(
        before.next === null
          ? firstUrl(listOf(asked, before), dayOf(asked), config)
          : nextUrl(before.next, config),
        secrets,
      ),
    parse: (answer, asked, before = NOTHING_READ) => {
      const fields = dataIn(answer);
      const list = listOf(asked, before);
      const found = list.market === 'options' ? contractsIn(fields, asked.now) : membersIn(fields, list);
      const next = nextIn(fields);
      const lists = next === null ? before.lists + 1 : before.lists;
      const { parts, ...held } = heardOf(found, list, next === null, dayOf(asked), before);
      return {
        parts: inCategories(parts, asked.categories),
        state: { lists, next, ...held },
        hasMore: lists < listsOf(asked).length,
        ...(next !== null && { reaches: reachesOf(fields, before.lists) }),
      };
    },
    end: () => [],
  };
}

/** What a page lists, also what is none of ours. */
function reachesOf(fields: Fields, list: number): Reaches {
  return new Map(rowsIn(fields).map(({ ticker }) => [`${list} ${String(ticker)}`, 0]));
}

/** The day that it is asked to travel back to; null: to none. */
function dayOf({ asOf, now }: DiscoverRequest): Day | null {
  return asOf !== null && asOf < utcDayOf(now) ? asOf : null;
}

function listOf(asked: DiscoverRequest, { lists }: Listing): List {
  return listsOf(asked)[lists] as List;
}

/** The lists that some categories take, in the order in which they are read. */
function listsOf({ categories }: DiscoverRequest): readonly List[] {
  const markets = [...new Set(categories.map((category) => MARKETS[category]))];
  return markets.flatMap((market): List[] =>
    market === 'options'
      ? [{ market, isActive: true }]
      : [
          { market, isActive: true },
          { market, isActive: false },
        ],
  );
}

function firstUrl({ market, isActive }: List, day: Day | null, config: ProviderConfig): URL {
  const order = { sort: 'ticker', order: 'asc' };
  if (market === 'options')
    return listUrl(
      '/v3/reference/options/contracts',
      { expired: 'false', ...(day !== null && { as_of: formatDay(day) }), ...order },
      config,
    );
  const on = isActive && day !== null ? { date: formatDay(day) } : {};
  return listUrl('/v3/reference/tickers', { market, active: String(isActive), ...on, ...order }, config);
}

/** What a page adds. What was active on a day is told at the end of its market, when it is known what has become of it since. */
function heardOf(
  found: readonly Member[],
  { market, isActive }: List,
  isLast: boolean,
  day: Day | null,
  { active, delisted }: Listing,
): { readonly parts: readonly Member[] } & Pick<Listing, 'active' | 'delisted'> {
  if (market === 'options' || day === null) return { parts: found, active, delisted };
  if (isActive) return { parts: [], active: [...active, ...found], delisted };
  const all = [...delisted, ...found];
  if (!isLast) return { parts: [], active, delisted: all };
  return { parts: livesOn(active, all, day), active: [], delisted: [] };
}
