import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { grouped } from '../../core/grouped.ts';
import { type Paging, pagesOf } from '../../core/plan/pages.ts';
import { type DayRange, formatDay, startOfDay } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import type { ActionsRequest, ListRequest, ProviderConfig, Secrets } from '../provider.ts';
import { PAGE_ROWS, alpacaCapabilities } from './capabilities.ts';
import { alpacaSettings, delayMsOf } from './settings.ts';
import { symbolOf } from './symbols.ts';

const DATA_URL = 'https://data.alpaca.markets';
const TRADING_URLS = {
  paper: 'https://paper-api.alpaca.markets',
  live: 'https://api.alpaca.markets',
} as const;

/** The clock by which Alpaca's days of shares begin. */
const NEW_YORK = new Zone('America/New_York');

/** Rows by their length, as Alpaca names it. */
const TIMEFRAMES: Readonly<Record<number, string>> = {
  60_000: '1Min',
  300_000: '5Min',
  900_000: '15Min',
  1_800_000: '30Min',
  3_600_000: '1Hour',
  86_400_000: '1Day',
};

/**
 * Splits and dividends are listed by when Alpaca books them, which of a dividend is its payment: days after its ex-date. What is
 * paid in shares may be paid the session before, over a week-end and holidays.
 */
const BOOKED_WITHIN_DAYS = 180;
const BOOKED_BEFORE_DAYS = 10;

/** The most that a page of splits and dividends holds. */
const ACTIONS_A_PAGE = 1000;

/** A part of a list that one chain of pages answers: series of one calendar, from `from` to `to`, both inclusive, ms. */
export interface Leg {
  readonly calendar: Calendar;
  readonly tickers: readonly string[];
  /** Length of the rows asked for, in ms. */
  readonly rowMs: number;
  readonly from: number;
  readonly to: number;
}

/** The parts of a list, at least one. Shares and crypto are different endpoints. */
export function legsOf(asked: ListRequest, config: ProviderConfig): readonly Leg[] {
  const { interval, range, now } = asked;
  const { paging = { rows: PAGE_ROWS } } = alpacaCapabilities(config).intervals[interval] ?? {};
  return [...grouped(asked.tickers, calendarFor)].flatMap(([calendar, tickers]): Leg[] => {
    const rowMs = rowMsOf(interval, calendar, paging);
    const { isBySession } = pagesOf(tickers.length, calendar, interval, range, paging);
    const ranges = isBySession
      ? calendar.sessions(range).map((day) => ({ from: day, to: day + 1 }))
      : [range];
    const newest = calendar.kind === 'exchange' ? now - delayMsOf(config) : now;
    const legs = ranges.map((part): Leg => {
      const { from, to } = instantsOf(part, calendar, interval);
      // A request that ends before it begins is refused.
      const last = Math.min(to, newest);
      return { calendar, tickers, rowMs, from: Math.min(from, last), to: last };
    });
    // Sessions that are too recent are not asked for; of nothing but such a request asks for one second.
    return legs.filter((leg, i) => i === 0 || leg.from < leg.to);
  });
}

/** Length of the rows that bars of an interval are made of, in ms. */
export function rowMsOf(interval: Interval, { kind }: Calendar, { rowMs }: Pick<Paging, 'rowMs'>): number {
  return rowMs?.[kind] ?? intervalMs(interval);
}

/** The first and the last second of the sessions of a range: Alpaca takes both ends in. */
function instantsOf(
  { from, to }: DayRange,
  calendar: Calendar,
  interval: Interval,
): { readonly from: number; readonly to: number } {
  if (calendar.kind === 'always') return { from: startOfDay(from), to: startOfDay(to) - 1000 };
  const midnight = NEW_YORK.instantOf(from, 0);
  const end = NEW_YORK.instantOf(to, 0) - 1000;
  const last = calendar.sessionOnOrBefore(to - 1);
  if (interval === '1d' || last < from) return { from: midnight, to: end };
  // Before its first session there may be one that the calendar does not know.
  const open = calendar.isSession(from) ? calendar.session(from).open : midnight;
  return { from: open, to: calendar.session(last).close - 1000 };
}

/** A page of the bars of a leg; `token`: of a page but the first. */
export function barsUrl(leg: Leg, asked: ListRequest, config: ProviderConfig, token: string | null): URL {
  const { calendar, tickers, rowMs, from, to } = leg;
  const query = {
    symbols: tickers.map(symbolOf).join(','),
    timeframe: TIMEFRAMES[rowMs] ?? '',
    ...{ start: secondOf(from), end: secondOf(to) },
    limit: String(PAGE_ROWS),
    sort: 'asc',
  };
  const ofPage = token === null ? {} : { page_token: token };
  if (calendar.kind === 'always') return below(config, '/v1beta3/crypto/us/bars', { ...query, ...ofPage });
  return below(config, '/v2/stocks/bars', {
    ...query,
    adjustment: 'raw',
    feed: alpacaSettings(config).feed,
    // A series is one instrument, with what it traded under earlier names: what another one traded under this name before is
    // none of it. As of today, spelled out, so that a chain of pages means the same until its end.
    asof: formatDay(NEW_YORK.localDay(asked.now)),
    ...ofPage,
  });
}

/** A page of splits and dividends: of all types, since that of a row is known by its list only. */
export function actionsUrl(
  { tickers, range, now }: ActionsRequest,
  config: ProviderConfig,
  token: string | null,
): URL {
  return below(config, '/v1/corporate-actions', {
    symbols: tickers.map(symbolOf).join(','),
    start: formatDay(range.from - BOOKED_BEFORE_DAYS),
    end: formatDay(NEW_YORK.localDay(now) + BOOKED_WITHIN_DAYS),
    limit: String(ACTIONS_A_PAGE),
    sort: 'asc',
    ...(token !== null && { page_token: token }),
  });
}

/** What assets there are, in Alpaca's words. */
export type AssetKind = 'us_equity' | 'crypto';

/** All shares, or pairs, that are listed, in one answer: another host's, unless one is given for everything. */
export function assetsUrl(config: ProviderConfig, kind: AssetKind): URL {
  const url = config.url ?? TRADING_URLS[alpacaSettings(config).account];
  return below({ ...config, url }, '/v2/assets', { status: 'active', asset_class: kind });
}

/** The headers of the user's keys. */
export function headersOf({ keyId = '', secretKey = '' }: Secrets): Record<string, string> {
  return { 'apca-api-key-id': keyId, 'apca-api-secret-key': secretKey };
}

function below(
  { url = DATA_URL }: Pick<ProviderConfig, 'url'>,
  path: string,
  query: Readonly<Record<string, string>>,
): URL {
  return new URL(`${url.replace(/\/$/, '')}${path}?${new URLSearchParams(query).toString()}`);
}

/** RFC 3339 to the second, rounded down. */
function secondOf(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
