// A server as the large vendors have them, of lists and pages:
//
//   GET /v1/bars?symbols=ALFA,BRVO.PA&interval=1d&from=2024-01-02&to=2025-01-02[&page=TOKEN]
//   GET /v1/market?interval=1d&session=2024-01-02[&page=TOKEN]
//   GET /v1/actions?symbols=ALFA,BRVO.PA&from=2024-01-02
//   GET /v1/tickers
//   GET /v1/instruments[?page=TICKER]      what there is and was by now, with names and dates
//
// Prices are as traded. Rows come by symbol, then by time, at most ROWS_PER_PAGE of all symbols together, so that a
// symbol may begin on one page and go on on the next. One without a row in the range is on no page at all, but that of a
// market one is, without rows, that was quiet for a known reason. A market tells of the actions of its session only, daily bars
// of those in their range, intraday bars of none: these are asked for apart, from a day up to now, and come on a page
// without rows.

import { calendarById } from '../../core/calendar/calendars.ts';
import { formatDay } from '../../core/session/day.ts';
import { contains, intersect } from '../../core/session/ranges.ts';
import { listedBy } from '../../market/listed-by.ts';
import type { Listing, Market, MarketRow } from '../../market/market.ts';
import { tradedRows } from '../../market/traded-rows.ts';
import type { Wire, WireResponse } from '../wire.ts';
import {
  type BarsQuery,
  type Place,
  readActionsQuery,
  readMarketQuery,
  readQuery,
  tokenOf,
} from './query.ts';

/**
 * What becomes of a request with a symbol that the market does not have: it is refused with the symbol's name, or
 * without it, or answered without that symbol.
 */
export type UnknownSymbol = 'named' | 'unnamed' | 'absent';

const ROWS_PER_PAGE = 10_000;

const COLUMNS = ['ts', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** One symbol of a page. */
interface Entry {
  readonly listing: Listing;
  readonly rows: readonly MarketRow[];
}

/** Answers requests for bars, for the tickers and for what they are. */
export function sampleWire(unknown: UnknownSymbol): Wire {
  return ({ path, query: parameters }, market, now) => {
    if (path === '/v1/tickers') return json(200, { tickers: market.tickers() });
    if (path === '/v1/instruments') return instrumentsOf(parameters.get('page') ?? '', market, now);
    if (path === '/v1/market') return pageOf(readMarketQuery(parameters), market, now);
    const isActions = path === '/v1/actions';
    if (path !== '/v1/bars' && !isActions)
      return json(404, { error: { code: 'not-found', message: 'no such path' } });
    const query = isActions ? readActionsQuery(parameters) : readQuery(parameters);
    const stranger =
      typeof query === 'string'
        ? undefined
        : query.symbols?.find((symbol) => market.listing(symbol) === undefined);
    if (stranger !== undefined && unknown !== 'absent')
      return unknown === 'named'
        ? refused(`unknown symbol: ${stranger}`, stranger)
        : refused('unknown symbol');
    return isActions ? actionsOf(query, market, now) : pageOf(query, market, now);
  };
}

function refused(message: string, symbol?: string): WireResponse {
  return json(400, { error: { code: 'unknown-symbol', message, ...(symbol !== undefined && { symbol }) } });
}

function pageOf(query: BarsQuery | string, market: Market, now: number): WireResponse {
  if (typeof query === 'string') return json(400, { error: { code: 'bad-request', message: query } });
  const { place, symbols } = query;
  const entries: Entry[] = [];
  let left = ROWS_PER_PAGE;
  let next: Place | undefined;
  for (const symbol of symbols ?? market.tickers()) {
    const listing = place !== undefined && symbol < place.symbol ? undefined : market.listing(symbol);
    if (listing === undefined) continue;
    const from = symbol === place?.symbol ? place.ts : Number.NEGATIVE_INFINITY;
    const rows = tradedRows(market, listing, query.interval, query.range, now).filter(({ ts }) => ts >= from);
    if ((rows.length > 0 || isToldQuiet(symbol, query, market)) && left > 0)
      entries.push({ listing, rows: rows.slice(0, left) });
    const beyond = rows[left];
    if (beyond !== undefined) {
      next = { symbol, ts: beyond.ts };
      break;
    }
    left -= rows.length;
  }
  const body = {
    asOf: now,
    series: entries.map((entry) => seriesOf(entry, query, market, now)),
    next: next === undefined ? null : tokenOf(next),
  };
  return json(200, body, ROWS_PER_PAGE - (next === undefined ? left : 0));
}

/** The page of all actions since a day: without rows, so that there is but one. */
function actionsOf(query: BarsQuery | string, market: Market, now: number): WireResponse {
  if (typeof query === 'string') return json(400, { error: { code: 'bad-request', message: query } });
  const listings = (query.symbols ?? []).flatMap((symbol) => market.listing(symbol) ?? []);
  const series = listings.map((listing) => seriesOf({ listing, rows: [] }, query, market, now));
  return json(200, { asOf: now, series, next: null });
}

const INSTRUMENTS_PER_PAGE = 25;

/** A page of the instruments that there are or were at `now`, from a ticker on. */
function instrumentsOf(place: string, market: Market, now: number): WireResponse {
  const listings = listedBy(market, now).filter(({ ticker }) => ticker >= place);
  const instruments = listings
    .slice(0, INSTRUMENTS_PER_PAGE)
    .map(({ ticker, name, type, exchange, firstTrade, delistedOn }) => {
      const dates = { firstTrade: dayOrNull(firstTrade), delistedOn: dayOrNull(delistedOn) };
      return { symbol: ticker, name, type, exchange, ...dates };
    });
  return json(200, { instruments, next: listings[INSTRUMENTS_PER_PAGE]?.ticker ?? null });
}

function dayOrNull(day: number | null): string | null {
  return day === null ? null : formatDay(day);
}

/** Whether a market says of a symbol without a row why it has none. */
function isToldQuiet(symbol: string, { symbols, range }: BarsQuery, market: Market): boolean {
  return symbols === null && intersect(market.quiet(symbol), [range]).length > 0;
}

function seriesOf(
  { listing, rows }: Entry,
  { symbols, interval, range }: BarsQuery,
  market: Market,
  now: number,
): object {
  const { ticker, currency, exchange, type, firstTrade, delistedOn, calendar } = listing;
  const today = calendarById(calendar).localDay(now);
  return {
    ...{ symbol: ticker, currency, exchange, type, firstTrade: dayOrNull(firstTrade) },
    delistedOn: dayOrNull(delistedOn !== null && delistedOn <= today ? delistedOn : null),
    actions: (interval === '1d' ? market.actions(ticker) : [])
      .filter(({ exDay }) => exDay <= today && (symbols !== null || contains([range], exDay)))
      .map((action) => ({ ...action, exDay: formatDay(action.exDay) })),
    quiet: market
      .quiet(ticker)
      .flatMap((one) => intersect([one], [range]).map((part) => ({ ...one, ...part })))
      .map(({ from, to, reason }) => ({ from: formatDay(from), to: formatDay(to), reason })),
    bars: rows.map((row) => COLUMNS.map((column) => row[column])),
  };
}

function json(status: number, body: object, rows = 0): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), rows };
}
