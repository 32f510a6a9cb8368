import type { Ohlcv } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type Day, parseDay } from '../../core/session/day.ts';
import { type Market, isComplete } from '../../market/market.ts';
import { tradedRows } from '../../market/traded-rows.ts';
import { clockRows, hasClockRows } from '../clock-rows.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { REFUSALS, badParameter, json } from './errors.ts';
import { type Plan, daysOf, statusOf, untilOf } from './keys.ts';
import { nextUrl, pagedIn } from './pages.ts';
import { marketNameOf, symbolIn, tickerIn } from './symbols.ts';

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE };

const MOST_ROWS = 50_000;
const ROWS = 5000;

/** `/v2/aggs/ticker/AAPL/range/1/day/2024-01-02/2024-03-01` */
const PATH = /^\/v2\/aggs\/ticker\/([^/]+)\/range\/(\d+)\/([a-z]+)\/([^/]+)\/([^/]+)$/;

/** What a path asks bars of. */
export interface AskedBars {
  readonly symbol: string;
  readonly lengthMs: number;
  readonly multiplier: number;
  readonly unit: string;
  /** As written. */
  readonly from: string;
  readonly to: string;
}

/** What a path asks bars of; undefined for one of something else. */
export function askedBars(path: string): AskedBars | undefined {
  const [, symbol, multiplier = '', unit = '', from, to] = PATH.exec(path) ?? [];
  if (symbol === undefined || from === undefined || to === undefined) return undefined;
  return {
    symbol: decodeURIComponent(symbol),
    lengthMs: Number(multiplier) * (UNITS[unit] ?? Number.NaN),
    ...{ multiplier: Number(multiplier), unit, from, to },
  };
}

/** A page of the bars of one symbol; one that there is not has none. */
export function barsPage(
  request: WireRequest,
  asked: AskedBars,
  plan: Plan,
  market: Market,
  now: number,
): WireResponse {
  const { symbol, lengthMs, unit, multiplier } = asked;
  const { query } = pagedIn(request);
  const limit = Number(query.get('limit') ?? ROWS);
  if (!hasClockRows(lengthMs)) return badParameter('timespan', `${multiplier} ${unit}`);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS))
    return badParameter('limit', query.get('limit'));
  if (query.get('adjusted') !== 'false') return badParameter('adjusted', query.get('adjusted'));
  if (symbol.startsWith('I:') && !plan.hasIndices) return REFUSALS.notEntitled;
  const listing = market.listing(tickerIn(symbol));
  const calendar = calendarById(listing?.calendar ?? 'XNYS');
  const [from, to] = [instantIn(asked.from), instantIn(asked.to)];
  if (from === null || to === null || to.last < from.first) return badParameter('from', asked.from);
  const dayOf = ({ day, first }: Instant): Day => day ?? calendar.localDay(first);
  const { first, last } = daysOf(plan, now);
  const range = { from: dayOf(from), to: dayOf(to) + 1 };
  if (range.to <= first || range.from > last || (plan.delayMs === 'day' && range.to - 1 > last))
    return REFUSALS.otherTimeframe;
  const isWithin = ({ ts }: Ohlcv): boolean => {
    const day =
      unit === 'day' && calendar.kind !== 'exchange' ? Math.floor(ts / 86_400_000) : calendar.localDay(ts);
    const isAsked = (from.day !== null || ts + lengthMs > from.first) && (to.day !== null || ts <= to.last);
    return isAsked && day >= Math.max(range.from, first) && day < range.to && ts <= untilOf(plan, now);
  };
  const rows = listing === undefined ? [] : clockRows(listing, lengthMs, range, market, now).filter(isWithin);
  const most = Math.max(1, Math.floor(limit / (unit === 'day' ? multiplier : lengthMs / MINUTE)));
  const page = rows.slice(0, most);
  const beyond = rows[most];
  const following = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/${multiplier}/${unit}/${beyond?.ts}/${asked.to}`;
  const counts = { queryCount: page.length, resultsCount: page.length, adjusted: false };
  return json(
    200,
    {
      ...{ ticker: symbol, ...counts },
      ...(page.length > 0 && { results: page.map((row) => sent(row, row.ts, symbol.startsWith('I:'))) }),
      ...{ status: statusOf(plan), count: page.length },
      ...(beyond && { next_url: nextUrl(request, following, query) }),
    },
    page.length,
  );
}

/** The bars of all shares in one session, each stamped with the end of its trading. */
export function groupedPage(
  { query }: WireRequest,
  date: string,
  plan: Plan,
  market: Market,
  now: number,
): WireResponse {
  const day = dayIn(date);
  if (day === null) return badParameter('date', date);
  if (query.get('adjusted') !== 'false') return badParameter('adjusted', query.get('adjusted'));
  const { first, last } = daysOf(plan, now);
  if (day < first || day > last) return REFUSALS.otherTimeframe;
  const wanted = query.get('include_otc') === 'true' ? ['stocks', 'otc'] : ['stocks'];
  const results = market.tickers().flatMap((ticker): object[] => {
    const listing = market.listing(ticker);
    const name = listing && marketNameOf(listing);
    if (listing === undefined || name === undefined || !wanted.includes(name)) return [];
    const calendar = calendarById(listing.calendar);
    if (!calendar.isSession(day)) return [];
    const row = tradedRows(market, listing, '1d', { from: day, to: day + 1 }, now).find(isComplete);
    if (row === undefined) return [];
    const bar = sent(row, calendar.session(day).close, false);
    return [{ T: symbolIn(ticker), ...bar, ...(name === 'otc' && { otc: true }) }];
  });
  const counts = { queryCount: results.length, resultsCount: results.length, adjusted: false };
  return json(200, { ...counts, results, status: statusOf(plan), count: results.length }, results.length);
}

/** Numbers as they are; what the market does not know is left out, and what an index does not have. */
function sent({ open, high, low, close, volume, vwap, trades }: Ohlcv, t: number, isIndex: boolean): object {
  return {
    ...(!isIndex && { v: volume }),
    ...(vwap !== null && !isIndex && { vw: vwap }),
    ...{ o: open, c: close, h: high, l: low, t },
    ...(trades !== null && !isIndex && { n: trades }),
  };
}

/** A date, or ms since the epoch, which begin and end there. */
interface Instant {
  /** Null where it is no date. */
  readonly day: Day | null;
  readonly first: number;
  readonly last: number;
}

function instantIn(text: string): Instant | null {
  if (/^\d{5,}$/.test(text)) return { day: null, first: Number(text), last: Number(text) };
  const day = dayIn(text);
  return day === null ? null : { day, first: day * 86_400_000, last: (day + 1) * 86_400_000 - 1 };
}

function dayIn(text: string): Day | null {
  try {
    return parseDay(text);
  } catch {
    return null;
  }
}
