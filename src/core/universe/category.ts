import { calendarById } from '../calendar/calendars.ts';
import { assetClassOf } from '../instrument/asset-class.ts';
import type { Day } from '../session/day.ts';
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

/** The calendar whose local days are those of a category; of indices of the whole world it is UTC's. */
const CALENDARS: Readonly<Record<Category, string>> = {
  ...{ us_equities: 'XNYS', etf: 'XNYS', options: 'XNYS', otc: 'XNYS' },
  ...{ crypto: '24-7', fx: '24-5-FX', indices: '24-7' },
};

/** The day that it is where the members of some categories trade, the latest of several, and the IANA zone of it. */
export function todayOf(
  categories: readonly Category[],
  now: number,
): { readonly today: Day; readonly zone: string } {
  const days = categories.map((category) => {
    const calendar = calendarById(CALENDARS[category]);
    return { today: calendar.localDay(now), zone: calendar.zone };
  });
  return days.reduce((latest, one) => (one.today > latest.today ? one : latest));
}
