import type { Category } from '../../core/universe/member.ts';
import type { Discovery } from '../discovery.ts';

/** A list of instruments that is public: one document, without a key. */
export interface PublicList {
  readonly url: string;
  /** What it lists. Of an index no category: its members are asked for by its own name. */
  readonly discovers: Discovery;
}

/** By name, which is what says so of each member. */
export const PUBLIC_LISTS: Readonly<Record<string, PublicList>> = {
  // https://www.nasdaqtrader.com/trader.aspx?id=symboldirdefs
  nasdaqtrader: {
    url: 'https://www.nasdaqtrader.com/dynamic/SymDir/nasdaqtraded.txt',
    discovers: { categories: ['us_equities', 'etf'], tellsDelisted: false },
  },
  // https://github.com/datasets/s-and-p-500-companies
  sp500: {
    url: 'https://raw.githubusercontent.com/datasets/s-and-p-500-companies/main/data/constituents.csv',
    discovers: { categories: [], tellsDelisted: false },
  },
};

/** The lists that are an index, a universe by its own name. */
export const PUBLIC_INDICES: readonly string[] = Object.keys(PUBLIC_LISTS).filter(
  (name) => PUBLIC_LISTS[name]?.discovers.categories.length === 0,
);

/** What the members of those indices are. */
export const INDEX_CATEGORIES: readonly Category[] = ['us_equities'];
