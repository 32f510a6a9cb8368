import { calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { type Day, formatDay, monthOf, utcDayOf } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Call } from '../http/steps.ts';
import type { ActionsRequest, ListRequest, Secrets } from '../provider.ts';
import { COMPACT_ROWS, COMPACT_SESSIONS, CRYPTO_ROWS } from './capabilities.ts';
import { askedBy } from './symbols.ts';

export const ALPHAVANTAGE_URL = 'https://www.alphavantage.co';

/** Where and with what right it is asked. */
export interface Access {
  readonly baseUrl: string;
  /** Whether daily bars come in full, with splits and dividends. */
  readonly isFull: boolean;
}

/** What a request asks for, and how many rows its answer has at most, its newest; null: all that there are. */
export interface Query {
  readonly parameters: Readonly<Record<string, string>>;
  readonly mostRows: number | null;
}

/** The functions that tell splits and dividends apart from bars, in the order in which they are asked. */
export const ACTION_FUNCTIONS = ['SPLITS', 'DIVIDENDS'] as const;

export const INTERVALS: Readonly<Partial<Record<Interval, string>>> = {
  '1m': '1min',
  '5m': '5min',
  '15m': '15min',
};

/** The one ticker of a request: it takes no lists. */
export function tickerIn({ tickers: [ticker = ''] }: Pick<ActionsRequest, 'tickers'>): string {
  return ticker;
}

/** The months that the bars of a range are asked for by, their first days ascending; one where they are daily. */
export function monthsOf({ interval, range: { from, to } }: Pick<ListRequest, 'interval' | 'range'>): Day[] {
  if (interval === '1d') return [from];
  const months: Day[] = [];
  for (let day = monthOf(from).from; day < to; day = monthOf(day).to) months.push(day);
  return months;
}

/** The request for daily bars, or for those of the month that begins on a day. Throws `unsupported-interval`. */
export function barsQuery(asked: ListRequest, month: Day, { isFull }: Access): Query {
  const ticker = tickerIn(asked);
  const by = askedBy(ticker);
  if (asked.interval !== '1d') {
    if (by.of === 'share') return intradayQuery(by.symbol, asked.interval, month);
    throw new BackfillError('unsupported-interval', `alphavantage has ${ticker} by the day (1d) only`);
  }
  if (by.of === 'crypto') {
    const parameters = { function: 'DIGITAL_CURRENCY_DAILY', symbol: by.base, market: by.quote };
    return { parameters, mostRows: CRYPTO_ROWS };
  }
  const isAll = isFull && !isAmongNewest(asked);
  const outputsize = isAll ? 'full' : 'compact';
  const mostRows = isAll ? null : COMPACT_ROWS;
  if (by.of === 'share') {
    const name = isFull ? 'TIME_SERIES_DAILY_ADJUSTED' : 'TIME_SERIES_DAILY';
    return { parameters: { function: name, symbol: by.symbol, outputsize }, mostRows };
  }
  const { base, quote } = by;
  return { parameters: { function: 'FX_DAILY', from_symbol: base, to_symbol: quote, outputsize }, mostRows };
}

function intradayQuery(symbol: string, interval: Interval, month: Day): Query {
  const parameters = {
    ...{ function: 'TIME_SERIES_INTRADAY', symbol, interval: INTERVALS[interval] ?? interval },
    ...{
      month: formatDay(month).slice(0, 7),
      outputsize: 'full',
      adjusted: 'false',
      extended_hours: 'false',
    },
  };
  return { parameters, mostRows: null };
}

/** Whether the newest rows have all that is asked for. */
function isAmongNewest({ range, now, ...asked }: ListRequest): boolean {
  const calendar = calendarFor(tickerIn(asked));
  const since = { from: range.from, to: Math.max(range.to, utcDayOf(now) + 2) };
  return calendar.count([since]) <= COMPACT_SESSIONS;
}

/** The request for all splits, or dividends, of a share. */
export function actionsQuery(asked: ActionsRequest, name: (typeof ACTION_FUNCTIONS)[number]): Query {
  const by = askedBy(tickerIn(asked));
  return {
    parameters: { function: name, symbol: by.of === 'share' ? by.symbol : tickerIn(asked) },
    mostRows: null,
  };
}

/** A request as it is sent. Everything but a refusal comes as CSV. */
export function worded({ parameters }: Query, { baseUrl }: Access, { key = '' }: Secrets): Call {
  const query = new URLSearchParams({ ...parameters, datatype: 'csv', apikey: key });
  return { url: new URL(`${baseUrl.replace(/\/$/, '')}/query?${query.toString()}`), headers: {} };
}
