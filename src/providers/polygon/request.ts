import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { type Day, type DayRange, formatDay, startOfDay } from '../../core/session/day.ts';
import { shown } from '../../core/shown.ts';
import type { Call } from '../http/steps.ts';
import type {
  ActionsRequest,
  ListRequest,
  MarketActionsRequest,
  MarketRequest,
  ProviderConfig,
  Secrets,
} from '../provider.ts';
import { PAGE_ROWS, rowMsOf } from './capabilities.ts';
import { NEW_YORK } from './parse.ts';
import { tierOf } from './settings.ts';
import { askedSymbol } from './symbols.ts';

const POLYGON_URL = 'https://api.massive.com';

/** Names of its host, which it gives the next page under whatever it was asked by. */
const OWN_HOSTS = new Set(['api.massive.com', 'api.polygon.io']);

/** Rows by their length in ms, as a multiplier and a unit. */
const WINDOWS: Readonly<Record<number, string>> = {
  60_000: '1/minute',
  300_000: '5/minute',
  900_000: '15/minute',
  1_800_000: '30/minute',
  3_600_000: '1/hour',
  86_400_000: '1/day',
};

/** The most that a page of reference data holds. */
const LIST_ROWS = 1000;

/** The one ticker of a request: it takes no lists. */
export function tickerIn({ tickers: [ticker = ''] }: Pick<ActionsRequest, 'tickers'>): string {
  return ticker;
}

/** Until when a plan has bars, ms since the epoch. */
export function reachedUntil(now: number, config: ProviderConfig): number {
  const { delayMs } = tierOf(config);
  return delayMs === 'day' ? NEW_YORK.instantOf(NEW_YORK.localDay(now), 0) : now - delayMs;
}

/** The first page of the bars of a ticker. */
export function barsUrl(asked: ListRequest, config: ProviderConfig): URL {
  const { interval, range, now } = asked;
  const ticker = tickerIn(asked);
  const calendar = calendarFor(ticker);
  const until = reachedUntil(now, config);
  const window = WINDOWS[rowMsOf(interval, calendar.kind)] ?? '';
  const [from, to] = interval === '1d' ? daysOf(range, calendar, until) : instantsOf(range, calendar, until);
  const path = `/v2/aggs/ticker/${encodeURIComponent(askedSymbol(ticker))}/range/${window}/${from}/${to}`;
  return below(config, path, { adjusted: 'false', sort: 'asc', limit: String(PAGE_ROWS) });
}

/**
 * First and last date that are asked for. What begins after the reach of the plan is refused: of nothing else a day is asked for
 * that does not.
 */
function daysOf({ from, to }: DayRange, calendar: Calendar, until: number): readonly [string, string] {
  const last = Math.min(to - 1, calendar.localDay(until - 1));
  return [formatDay(Math.min(from, last)), formatDay(last)];
}

/** The first and the last ms of the sessions of a range: both are inclusive. */
function instantsOf({ from, to }: DayRange, calendar: Calendar, until: number): readonly [number, number] {
  const first = startOf(from, calendar);
  const last = calendar.sessionOnOrBefore(to - 1);
  const end = last < from ? startOf(to, calendar) : calendar.session(last).close;
  const stop = Math.min(end, until) - 1;
  return [Math.min(first, stop), stop];
}

/** When the trading of a day begins, or the day, where the calendar knows of no session. */
function startOf(day: Day, calendar: Calendar): number {
  if (calendar.isSession(day)) return calendar.session(day).open;
  return calendar.kind === 'exchange' ? NEW_YORK.instantOf(day, 0) : startOfDay(day);
}

/** The bars of all shares in one session. */
export function groupedUrl({ session }: Pick<MarketRequest, 'session'>, config: ProviderConfig): URL {
  const path = `/v2/aggs/grouped/locale/us/market/stocks/${formatDay(session)}`;
  return below(config, path, { adjusted: 'false', include_otc: 'true' });
}

/** Kinds of actions in the order in which they are asked for, each with the field of its ex-date. */
export const ACTION_LISTS = [
  { path: '/v3/reference/splits', date: 'execution_date' },
  { path: '/v3/reference/dividends', date: 'ex_dividend_date' },
] as const;

/** The first page of the splits, or the dividends, of a ticker from the first day of a range on. */
export function actionsUrl(asked: ActionsRequest, list: number, config: ProviderConfig): URL {
  return actionListUrl(
    list,
    { ticker: askedSymbol(tickerIn(asked)) },
    { gte: formatDay(asked.range.from) },
    config,
  );
}

/** The same of all shares within a range, with what became effective since the session before. */
export function marketActionsUrl(
  { range: { from, to } }: MarketActionsRequest,
  list: number,
  config: ProviderConfig,
): URL {
  const before = calendarById('XNYS').previousSession(from);
  return actionListUrl(list, {}, { gt: formatDay(before), lte: formatDay(to - 1) }, config);
}

function actionListUrl(
  list: number,
  of: Readonly<Record<string, string>>,
  bounds: Readonly<Record<string, string>>,
  config: ProviderConfig,
): URL {
  const { path, date } = ACTION_LISTS[list] as (typeof ACTION_LISTS)[number];
  const within = Object.entries(bounds).map(([name, day]) => [`${date}.${name}`, day]);
  return below(config, path, {
    ...of,
    ...(Object.fromEntries(within) as Record<string, string>),
    ...{ sort: date, order: 'asc', limit: String(LIST_ROWS) },
  });
}

/** A list of reference data. */
export function listUrl(path: string, query: Readonly<Record<string, string>>, config: ProviderConfig): URL {
  return below(config, path, { ...query, limit: String(LIST_ROWS) });
}

/**
 * The page that an answer says comes next, at the host that is asked anyway, without a key. Throws `bad-answer` where that is another
 * one: whoever answers there would be sent the key.
 */
export function nextUrl(next: string, config: ProviderConfig): URL {
  const base = baseOf(config);
  if (!URL.canParse(next, base.href)) throw foreign(`is no URL: ${shown(next)}`);
  const said = new URL(next, base);
  const isOwn = said.host === base.host || OWN_HOSTS.has(said.host);
  if (!isOwn) throw foreign(`is at ${said.host}, not at ${base.host}`);
  const prefix = base.pathname.replace(/\/$/, '');
  const path = said.pathname.startsWith(`${prefix}/`) ? said.pathname : prefix + said.pathname;
  said.searchParams.delete('apiKey');
  const url = new URL(base);
  url.pathname = path;
  url.search = said.search;
  return url;
}

function foreign(what: string): BackfillError {
  return new BackfillError('bad-answer', `polygon's next page ${what}; it is not asked for`);
}

/** A request with the key where no log looks. */
export function worded(url: URL, { key = '' }: Secrets): Call {
  return { url, headers: { authorization: `Bearer ${key}` } };
}

function baseOf({ url = POLYGON_URL }: Pick<ProviderConfig, 'url'>): URL {
  return new URL(url);
}

function below(config: ProviderConfig, path: string, query: Readonly<Record<string, string>>): URL {
  const url = baseOf(config);
  return new URL(`${url.href.replace(/\/$/, '')}${path}?${new URLSearchParams(query).toString()}`);
}
