import { assetClassOf } from '../instrument/asset-class.ts';
import type { Category, Member } from './member.ts';

const BY_TYPE: Readonly<Record<string, Category>> = {
  etf: 'etf',
  option: 'options',
  index: 'indices',
  crypto: 'crypto',
  fx: 'fx',
};

/** Those of some members that belong to some categories. */
export function inCategories(members: readonly Member[], categories: readonly Category[]): Member[] {
  return members.filter((member) => {
    const category = categoryOf(member);
    return category !== undefined && categories.includes(category);
  });
}

/** The category that an instrument belongs to, by its type and its ticker; undefined for none of them. */
export function categoryOf({
  ticker,
  type,
  exchange,
}: Pick<Member, 'ticker' | 'type' | 'exchange'>): Category | undefined {
  if (type === null) return undefined;
  const category = BY_TYPE[type];
  if (category !== undefined || type !== 'equity') return category;
  if (exchange === 'OTC') return 'otc';
  return assetClassOf(ticker) === 'us-shares' ? 'us_equities' : undefined;
}
