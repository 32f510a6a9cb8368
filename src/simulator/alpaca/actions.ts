import type { CorporateAction } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { grouped } from '../../core/grouped.ts';
import { type Day, formatDay, parseDay } from '../../core/session/day.ts';
import type { Listing, Market } from '../../market/market.ts';
import { splitRates } from '../split-rates.ts';
import type { WireResponse } from '../wire.ts';
import { invalidTime, json, refusal } from './errors.ts';
import { symbolsIn } from './query.ts';

/** A dividend is booked when it is paid: some weeks after its ex-date. New shares are paid the session before theirs. */
const PAID_AFTER_DAYS = 21;

/** How long before its ex-date an action is known. */
const KNOWN_DAYS = 30;

const MOST_ACTIONS = 1000;

/** An action as it is listed. */
interface Listed {
  readonly type: 'forward_splits' | 'reverse_splits' | 'cash_dividends';
  readonly booked: Day;
  readonly row: object;
}

/** A page of splits and dividends by type, of those that are booked in the range asked for, oldest first. */
export function pageOfActions(
  query: URLSearchParams,
  market: Market,
  now: number,
  listingOf: (symbol: string) => Listing | undefined,
): WireResponse {
  const today = formatDay(calendarById('XNYS').localDay(now));
  const [start, end] = [dayIn(query, 'start', today), dayIn(query, 'end', today)];
  if (typeof start !== 'number') return start;
  if (typeof end !== 'number') return end;
  const limit = Number(query.get('limit') ?? MOST_ACTIONS);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ACTIONS))
    return refusal(400, `invalid limit: ${query.get('limit')}`);
  const first = Number(Buffer.from(query.get('page_token') ?? 'MA==', 'base64').toString());
  const all = symbolsIn(query)
    .flatMap((symbol) => {
      const listing = listingOf(symbol);
      return listing === undefined ? [] : listedOf(symbol, listing, market, now);
    })
    .filter(({ booked }) => booked >= start && booked <= end)
    .toSorted((a, b) => a.booked - b.booked);
  const page = all.slice(first, first + limit);
  const byType = [...grouped(page, ({ type }) => type)].map(([type, some]) => [
    type,
    some.map(({ row }) => row),
  ]);
  const hasMore = first + limit < all.length;
  const token = hasMore ? Buffer.from(String(first + limit)).toString('base64') : null;
  const body = { corporate_actions: Object.fromEntries(byType) as object, next_page_token: token };
  return json(200, body, page.length);
}

function listedOf(symbol: string, { ticker, calendar }: Listing, market: Market, now: number): Listed[] {
  const known = calendarById(calendar).localDay(now) + KNOWN_DAYS;
  return market
    .actions(ticker)
    .filter(({ exDay }) => exDay <= known)
    .map((action) => listed(symbol, action, calendarById(calendar)));
}

function listed(symbol: string, action: CorporateAction, calendar: Calendar): Listed {
  const { exDay } = action;
  const isSplit = action.kind === 'split';
  const booked = isSplit ? calendar.previousSession(exDay) : exDay + PAID_AFTER_DAYS;
  const common = {
    id: `${symbol} ${action.kind} ${formatDay(exDay)}`,
    ...{
      symbol,
      ex_date: formatDay(exDay),
      process_date: formatDay(booked),
      payable_date: formatDay(booked),
    },
  };
  if (!isSplit) {
    const row = { ...common, rate: action.amount, special: false, foreign: false };
    return { type: 'cash_dividends', booked, row };
  }
  const { to, from } = splitRates(action.ratio);
  const type = action.ratio > 1 ? 'forward_splits' : 'reverse_splits';
  return { type, booked, row: { ...common, new_rate: to, old_rate: from } };
}

function dayIn(query: URLSearchParams, name: string, otherwise: string): Day | WireResponse {
  const text = query.get(name) ?? otherwise;
  try {
    return parseDay(text);
  } catch {
    return invalidTime(name, text);
  }
}
