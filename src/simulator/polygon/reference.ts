import type { CorporateAction } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../core/session/day.ts';
import { listedBy } from '../../market/listed-by.ts';
import type { Listing, Market } from '../../market/market.ts';
import { splitRates } from '../split-rates.ts';
import { marketNameOf, symbolIn, tickerIn } from './symbols.ts';

/** How long before its ex-date an action is known. */
const KNOWN_DAYS = 30;

/** A dividend is paid some weeks after its ex-date. */
const PAID_AFTER_DAYS = 21;

/** The splits, or dividends, that a query asks for, oldest first. */
export function actionRows(
  kind: CorporateAction['kind'],
  query: URLSearchParams,
  market: Market,
  now: number,
): readonly object[] {
  const date = kind === 'split' ? 'execution_date' : 'ex_dividend_date';
  const symbol = query.get('ticker');
  const tickers = symbol === null ? market.tickers() : [tickerIn(symbol)];
  const known = calendarById('XNYS').localDay(now) + KNOWN_DAYS;
  return tickers
    .flatMap((ticker) => {
      const listing = market.listing(ticker);
      const isListed = listing !== undefined && ['stocks', 'otc'].includes(marketNameOf(listing) ?? '');
      return isListed ? market.actions(ticker).map((action) => ({ ticker, action })) : [];
    })
    .filter(({ action }) => action.kind === kind && action.exDay <= known)
    .filter(({ action: { exDay } }) => isWithin(formatDay(exDay), date, query))
    .toSorted((a, b) => a.action.exDay - b.action.exDay)
    .map(({ ticker, action }) => rowOf(symbolIn(ticker), action));
}

/** Dates compare as texts. */
function isWithin(day: string, name: string, query: URLSearchParams): boolean {
  const bound = (operator: string): string | null => query.get(`${name}${operator}`);
  const [on, gt, gte, lt, lte] = ['', '.gt', '.gte', '.lt', '.lte'].map(bound);
  return (
    (on === null || day === on) &&
    (gt === null || day > String(gt)) &&
    (gte === null || day >= String(gte)) &&
    (lt === null || day < String(lt)) &&
    (lte === null || day <= String(lte))
  );
}

function rowOf(ticker: string, action: CorporateAction): object {
  const day = formatDay(action.exDay);
  const id = `E${Buffer.from(`${ticker} ${action.kind} ${day}`).toString('hex')}`;
  if (action.kind === 'split') {
    const { to, from } = splitRates(action.ratio);
    return { execution_date: day, id, split_from: from, split_to: to, ticker };
  }
  return {
    ...{ cash_amount: action.amount, currency: 'USD', dividend_type: 'CD', ex_dividend_date: day },
    ...{ frequency: 4, id, pay_date: formatDay(action.exDay + PAID_AFTER_DAYS), ticker },
  };
}

const CODES: Readonly<Record<string, string>> = { equity: 'CS', etf: 'ETF', fund: 'FUND' };

/** The tickers that a query asks for, by symbol. */
export function tickerRows(query: URLSearchParams, market: Market, now: number): readonly object[] {
  const isActive = (query.get('active') ?? 'true') === 'true';
  const wanted = query.get('market');
  const date = query.get('date');
  const on = date === null ? null : parseDay(date);
  const isMeant = ({ firstTrade, delistedOn }: Listing): boolean =>
    on === null
      ? (delistedOn === null) === isActive
      : (firstTrade ?? on) <= on && (delistedOn === null || delistedOn > on) === isActive;
  return listedBy(market, now)
    .filter(isMeant)
    .flatMap((listing) => {
      const name = marketNameOf(listing);
      if (name === undefined || name === 'options' || (wanted !== null && name !== wanted)) return [];
      const { ticker, type, exchange, currency, delistedOn } = listing;
      const isShare = name === 'stocks' || name === 'otc';
      return {
        ...{ ticker: symbolIn(ticker), name: listing.name, market: name, locale: isShare ? 'us' : 'global' },
        ...(name === 'stocks' && { primary_exchange: exchange ?? 'XNYS' }),
        ...(isShare && { type: CODES[type ?? 'equity'] ?? 'SP' }),
        ...{ active: isActive, currency_name: (currency ?? 'usd').toLowerCase() },
        last_updated_utc: `${formatDay(calendarById('XNYS').localDay(now))}T00:00:00Z`,
        ...(!isActive && delistedOn !== null && { delisted_utc: `${formatDay(delistedOn - 1)}T00:00:00Z` }),
      };
    })
    .toSorted((a, b) => (a.ticker < b.ticker ? -1 : 1));
}

/** `AAPL251219C00200000` */
const CONTRACT = /^([A-Z]+\d?)(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/;

/** The contracts that a query asks for, by symbol. */
export function contractRows(query: URLSearchParams, market: Market, now: number): readonly object[] {
  const asOf = query.get('as_of') ?? formatDay(calendarById('XNYS').localDay(now));
  const isExpired = query.get('expired') === 'true';
  return listedBy(market, now)
    .flatMap(({ ticker }) => {
      const [, root = '', year, month, day, side, strike] = CONTRACT.exec(ticker) ?? [];
      const expires = `20${year}-${month}-${day}`;
      if (strike === undefined || expires < asOf !== isExpired) return [];
      return {
        ...{ cfi: side === 'C' ? 'OCASPS' : 'OPASPS', contract_type: side === 'C' ? 'call' : 'put' },
        ...{ exercise_style: 'american', expiration_date: expires, primary_exchange: 'BATO' },
        ...{ shares_per_contract: 100, strike_price: Number(strike) / 1000 },
        ...{ ticker: symbolIn(ticker), underlying_ticker: root.replace(/\d$/, '') },
      };
    })
    .toSorted((a, b) => (a.ticker < b.ticker ? -1 : 1));
}
