import { calendarFor } from '../../core/calendar/calendars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY, type DayRange, startOfDay } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/interval.ts';
import { randomFor } from '../../market/random.ts';
import type { Gate } from '../http/gate.ts';
import { throughGate, withRetries } from '../http/retry.ts';
import { send, withTimeout } from '../http/transport.ts';
import type { BarAnswer, BarRequest, Provider, ProviderConfig } from '../provider.ts';
import { closedDays } from '../closed-days.ts';
import { yahooCapabilities } from './capabilities.ts';
import type { Chart } from './chart.ts';
import { type ChartQuery, YAHOO_URL, chartClient } from './client.ts';
import { lastTradeOf, parseChart } from './parse.ts';

type AskedChart = (query: ChartQuery) => Promise<Chart>;

/** Yahoo's chart endpoint. Its prices are split-adjusted; the answers given here are raw. */
export function openYahoo(config: ProviderConfig, gate: Gate): Provider {
  const timed = withTimeout(send, config.timeoutMs ?? 30_000);
  const client = chartClient((request) => timed(request, gate.signal), config.url ?? YAHOO_URL);
  const chart: AskedChart = (query) => {
    const random = randomFor(`${query.symbol} ${query.interval} ${query.period1}`);
    const once = throughGate(gate, async (wire) => assertAbout(await client(query, wire), query));
    return withRetries(gate, { ...RETRIES, random }, once);
  };
  return {
    capabilities: yahooCapabilities,
    symbolOf: (ticker) => ticker,
    tickerOf: (symbol) => symbol,
    fetchBars: (request) => fetchBars(chart, request),
    listTickers: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

/** Eight tries survive an hour in which every second answer is bad. */
const RETRIES = { attempts: 8, firstWaitMs: 500, longestWaitMs: 30_000 };

/** What Yahoo calls our intervals; a chart that does not say is taken at its rows. */
const GRANULARITIES: Readonly<Record<Interval, readonly string[]>> = {
  '1m': ['1m'],
  '5m': ['5m'],
  '15m': ['15m'],
  '1h': ['1h', '60m'],
  '1d': ['1d'],
};

/** Throws `bad-answer` (retryable: Yahoo mixes answers up under load) unless the chart answers this query. */
function assertAbout(chart: Chart, { symbol, interval }: ChartQuery): Chart {
  const { granularity } = chart;
  if (granularity !== null && !GRANULARITIES[interval].includes(granularity)) {
    const message = `Yahoo answered bars of ${granularity} for ${symbol} when asked for ${interval}`;
    throw new BackfillError('bad-answer', message, { retryable: true });
  }
  if (chart.symbol === symbol) return chart;
  const message = `Yahoo answered for ${chart.symbol} when asked for ${symbol}`;
  throw new BackfillError('bad-answer', message, { retryable: true });
}

async function fetchBars(client: AskedChart, request: BarRequest): Promise<BarAnswer> {
  const { series, range, now } = request;
  const calendar = calendarFor(series.ticker);
  const settleDelayMs = yahooCapabilities.intervals[series.interval]?.settleDelayMs ?? 0;
  const settled = calendar.lastSettled(now, settleDelayMs);
  const ask = (interval: Interval, period1: number, period2: number): Promise<Chart> =>
    client({ symbol: series.ticker, interval, period1, period2, now });
  const { period1, period2 } = periods(range, calendar, series.interval);
  // Up to tomorrow: splits that went ex after the range adjust its prices too.
  const events = await ask('1d', period1, seconds(now + MS_PER_DAY));
  const chart = series.interval === '1d' ? events : await ask(series.interval, period1, period2);
  assertSameHistory(chart, events, series.ticker);
  const lastTrade = lastTradeOf(chart, calendar);
  return {
    ...parseChart(chart, events, { interval: series.interval, calendar, range, now, settled }),
    proven: closedDays(range, calendar, now),
    wireBasis: 'split-adjusted',
    explained: [],
    delistedOn: null,
    ...(lastTrade !== undefined && { lastTrade }),
  };
}

/**
 * Throws `bad-answer` (retryable) where the daily chart, which tells the splits, has no row beside intraday bars: its saying
 * that there are none proves nothing.
 */
function assertSameHistory(chart: Chart, events: Chart, ticker: string): void {
  if (!isEmpty(events) || isEmpty(chart)) return;
  const message = `Yahoo has intraday bars of ${ticker} and no daily row beside them`;
  throw new BackfillError('bad-answer', message, { retryable: true });
}

function isEmpty({ stamps }: Chart): boolean {
  return stamps.length === 0;
}

/** Epoch seconds of a range of sessions; `period2` is the last second of the last session, still to come if that is open. */
function periods(
  range: DayRange,
  calendar: Calendar,
  interval: Interval,
): { period1: number; period2: number } {
  if (calendar.advisory) {
    // The hours are unknown: one day of slack on either side covers every zone.
    return { period1: seconds(startOfDay(range.from - 1)), period2: seconds(startOfDay(range.to + 1)) };
  }
  const last = calendar.session(calendar.sessionOnOrBefore(range.to - 1));
  // Yahoo stamps a daily row with the open of today's hours, however early the exchange opened then; and a range that
  // begins on a day of which nothing is certain may have a session that the calendar does not know.
  const isExact = interval !== '1d' && calendar.isSession(range.from);
  const from = isExact ? calendar.session(range.from).open : startOfDay(range.from - 1);
  return { period1: seconds(from), period2: seconds(last.close) - 1 };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
