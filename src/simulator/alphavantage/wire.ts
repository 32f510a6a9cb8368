// Alpha Vantage's server: one path, a function by name, newest rows first. Refusals come with status 200, as an object of one
// text; all else as CSV, whatever `datatype` says.
//
//   GET /query?function=TIME_SERIES_DAILY&symbol=ALFA&outputsize=compact&datatype=csv&apikey=TESTFREE
//
// Two keys are known to it, that of a free plan and that of one that is paid for.

import type { CorporateAction, Ohlcv } from '../../core/bars/bars.ts';
import { calendarById, isCryptoPair } from '../../core/calendar/calendars.ts';
import { type DayRange, formatDay, monthOf, parseDay, startOfDay, utcDayOf } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { listedBy } from '../../market/listed-by.ts';
import { type Listing, type Market, isComplete } from '../../market/market.ts';
import { tradedRows } from '../../market/traded-rows.ts';
import type { AskedSeries, Wire, WireRequest, WireResponse } from '../wire.ts';
import { REFUSALS } from './errors.ts';
import { adjustedLines, csv, dailyLines, intradayLines, text } from './rows.ts';

/** Whether a key may ask for what is paid for. */
const KEYS: ReadonlyMap<string, boolean> = new Map([
  ['TESTFREE', false],
  ['TESTPREMIUM', true],
]);

const COMPACT_ROWS = 100;
const CRYPTO_ROWS = 350;

const INTERVALS: Readonly<Record<string, Interval>> = { '1min': '1m', '5min': '5m', '15min': '15m' };

const OHLC = 'timestamp,open,high,low,close';

/** What a function answers from. */
interface Asked {
  readonly query: URLSearchParams;
  readonly market: Market;
  readonly listing: Listing;
  readonly isPaid: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** By name; undefined where one has been given what it cannot take. */
const FUNCTIONS: Readonly<Record<string, (asked: Asked) => WireResponse | undefined>> = {
  TIME_SERIES_DAILY: (asked) =>
    fullForPaid(asked, 'TIME_SERIES_DAILY', () => {
      const bars = asSized(asked, closedBars(asked));
      return table(csv(`${OHLC},volume`, dailyLines(bars, 4, 0)), bars.length);
    }),
  TIME_SERIES_DAILY_ADJUSTED: (asked) => {
    if (!asked.isPaid) return REFUSALS.premiumEndpoint();
    const bars = asSized(asked, closedBars(asked));
    const heading = `${OHLC},adjusted_close,volume,dividend_amount,split_coefficient`;
    return table(csv(heading, adjustedLines(bars, actionsBy(asked))), bars.length);
  },
  TIME_SERIES_INTRADAY: (asked) => (asked.isPaid ? intraday(asked) : REFUSALS.premiumEndpoint()),
  FX_DAILY: (asked) =>
    fullForPaid(asked, 'FX_DAILY', () => {
      const bars = asSized(asked, closedBars(asked));
      return table(csv(OHLC, dailyLines(bars, 5, null)), bars.length);
    }),
  DIGITAL_CURRENCY_DAILY: (asked) => {
    const { market, listing, now } = asked;
    // The day that still runs is in it.
    const bars = tradedRows(market, listing, '1d', everything(asked), now).filter(isComplete);
    const newest = bars.slice(-CRYPTO_ROWS);
    return table(csv(`${OHLC},volume`, dailyLines(newest, 8, 8)), newest.length);
  },
  SPLITS: ({ market, listing }) => {
    const lines = market
      .actions(listing.ticker)
      .flatMap((one) => (one.kind === 'split' ? [`${formatDay(one.exDay)},${text(one.ratio, 4)}`] : []));
    return table(csv('effective_date,split_factor', lines.toReversed()));
  },
  DIVIDENDS: ({ market, listing }) => {
    const lines = market
      .actions(listing.ticker)
      .flatMap((one) =>
        one.kind === 'dividend' ? [`${formatDay(one.exDay)},None,None,None,${text(one.amount, 4)}`] : [],
      );
    const heading = 'ex_dividend_date,declaration_date,record_date,payment_date,amount';
    return table(csv(heading, lines.toReversed()));
  },
};

/** Its answer to whatever is asked. */
export const alphavantageWire: Wire = (request, market, now) => {
  const { path, query } = request;
  if (path !== '/query')
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>', rows: 0 };
  const key = query.get('apikey') ?? '';
  const isPaid = KEYS.get(key);
  if (isPaid === undefined) return key === 'demo' ? REFUSALS.demoKey() : REFUSALS.wrongKey();
  const name = query.get('function') ?? '';
  if (name === 'LISTING_STATUS') return listings(query, market, now);
  const answer = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (answer === undefined) return REFUSALS.noFunction(name);
  const listing = market.listing(tickerIn(query) ?? '');
  const given = listing && answer({ query, market, listing, isPaid, now });
  return given ?? REFUSALS.invalidCall(name);
};

/** What a request is about. */
export function askedSeries({ query }: WireRequest): AskedSeries {
  const interval = query.get('interval');
  return { symbol: tickerIn(query), interval: interval === null ? '1d' : (INTERVALS[interval] ?? null) };
}

/** What the market calls it: a pair comes in two parts. */
function tickerIn(query: URLSearchParams): string | null {
  const [from, to] = [query.get('from_symbol'), query.get('to_symbol')];
  if (from !== null && to !== null) return `${from}${to}=X`;
  const [symbol, quote] = [query.get('symbol'), query.get('market')];
  return symbol === null || quote === null ? symbol : `${symbol}-${quote}`;
}

function fullForPaid({ query, isPaid }: Asked, name: string, answer: () => WireResponse): WireResponse {
  return query.get('outputsize') === 'full' && !isPaid ? REFUSALS.premiumFull(name) : answer();
}

function asSized({ query }: Asked, bars: readonly Ohlcv[]): readonly Ohlcv[] {
  return query.get('outputsize') === 'full' ? bars : bars.slice(-COMPACT_ROWS);
}

function everything({ listing, now }: Pick<Asked, 'listing' | 'now'>): DayRange {
  return { from: listing.firstTrade ?? 0, to: utcDayOf(now) + 1 };
}

/** Daily bars of the sessions that are over. */
function closedBars({ market, listing, now }: Asked): readonly Ohlcv[] {
  const to = calendarById(listing.calendar).lastSettled(now, 0) + 1;
  return market.rows(listing.ticker, '1d', { ...everything({ listing, now }), to }).filter(isComplete);
}

/** Splits and dividends up to the day that goes on. */
function actionsBy({ market, listing, now }: Asked): readonly CorporateAction[] {
  const today = calendarById(listing.calendar).localDay(now);
  return market.actions(listing.ticker).filter(({ exDay }) => exDay <= today);
}

/** A month of bars; without one the newest, as many as fit. Extended hours the market has none of. */
function intraday(asked: Asked): WireResponse | undefined {
  const { query, market, listing, now } = asked;
  const interval = INTERVALS[query.get('interval') ?? ''];
  const month = query.get('month');
  if (interval === undefined || (month !== null && !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)))
    return undefined;
  const range = month === null ? everything(asked) : monthOf(parseDay(`${month}-01`));
  const bars = asSized(asked, tradedRows(market, listing, interval, range, now).filter(isComplete));
  return table(csv(`${OHLC},volume`, intradayLines(bars)), bars.length);
}

/** What it lists: shares, and one of those that exchanges try their systems with. */
function listings(query: URLSearchParams, market: Market, now: number): WireResponse {
  const date = query.get('date');
  if (date !== null && !/^\d{4}-\d\d-\d\d$/.test(date)) return REFUSALS.invalidCall('LISTING_STATUS');
  // Known is all that is listed by the end of the day.
  const asOf = date === null ? now : startOfDay(parseDay(date) + 1) - 1;
  const wanted = query.get('state') === 'delisted' ? 'Delisted' : 'Active';
  const lines = listedBy(market, asOf).flatMap((listing) => {
    const { ticker, name, type, firstTrade, delistedOn } = listing;
    if (/[.^=]/.test(ticker) || isCryptoPair(ticker)) return [];
    const [gone, status] = delistedOn === null ? ['null', 'Active'] : [formatDay(delistedOn), 'Delisted'];
    if (status !== wanted) return [];
    const [venue, kind] = type === 'etf' ? ['NYSE ARCA', 'ETF'] : ['NYSE', 'Stock'];
    const listed = firstTrade === null ? 'null' : formatDay(firstTrade);
    return `${ticker},${name.replaceAll(',', '')},${venue},${kind},${listed},${gone},${status}`;
  });
  const tests = wanted === 'Active' ? ['ZTEST,,BATS,Stock,2011-10-05,null,Active'] : [];
  const heading = 'symbol,name,exchange,assetType,ipoDate,delistingDate,status';
  return table(csv(heading, [...lines, ...tests]));
}

function table(body: string, rows = 0): WireResponse {
  return { status: 200, headers: { 'content-type': 'application/x-download' }, body, rows };
}
