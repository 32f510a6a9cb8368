import { calendarFor } from '../../core/calendar/calendars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY, type DayRange, startOfDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps } from '../http/steps.ts';
import type { BarAnswer, ListRequest, Provider, ProviderConfig } from '../provider.ts';
import { partOver } from '../part-over.ts';
import { yahooCapabilities } from './capabilities.ts';
import type { Chart } from './chart.ts';
import { type ChartQuery, YAHOO_URL, chartIn, wordChart } from './client.ts';
import { lastTradeOf, parseChart } from './parse.ts';

/** The charts of a chain so far: the daily one, which has the events, and then the bars if these are intraday. */
interface Charts {
  readonly events: Chart;
  readonly bars?: Chart;
}

/** Yahoo's chart endpoint. Its prices are split-adjusted; the answers given here are raw. */
export function openYahoo(config: ProviderConfig, gate: Gate): Provider {
  return openHttpProvider(stepsAt(config.url ?? YAHOO_URL), config, gate);
}

function stepsAt(url: string): HttpSteps<Charts> {
  return {
    capabilities: yahooCapabilities,
    request: (asked, charts) => wordChart(queryOf(asked, charts), url),
    parse: (answer, asked, charts) => {
      const query = queryOf(asked, charts);
      const chart = assertAbout(chartIn(answer, query), query);
      const state: Charts = charts === undefined ? { events: chart } : { ...charts, bars: chart };
      return { parts: [], state, hasMore: charts === undefined && asked.interval !== '1d' };
    },
    end: (asked, charts) => [{ ticker: tickerOf(asked), answer: answerOf(asked, charts) }],
  };
}

/** The one ticker of a request: the endpoint takes no lists. */
function tickerOf({ tickers: [ticker = ''] }: ListRequest): string {
  return ticker;
}

function queryOf(asked: ListRequest, charts: Charts | undefined): ChartQuery {
  const { range, interval, now } = asked;
  const symbol = tickerOf(asked);
  const { period1, period2 } = periods(range, calendarFor(symbol), interval);
  if (charts !== undefined) return { symbol, interval, period1, period2, now };
  // Up to tomorrow: splits that went ex after the range adjust its prices too.
  return { symbol, interval: '1d', period1, period2: seconds(now + MS_PER_DAY), now };
}

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

function answerOf(asked: ListRequest, { events, bars: chart = events }: Charts): BarAnswer {
  const { interval, range, now } = asked;
  const ticker = tickerOf(asked);
  const calendar = calendarFor(ticker);
  const settled = calendar.lastSettled(now, yahooCapabilities.intervals[interval]?.settleDelayMs ?? 0);
  assertSameHistory(chart, events, ticker);
  const lastTrade = lastTradeOf(chart, calendar);
  return {
    ...parseChart(chart, events, { interval, calendar, range, now, settled }),
    proven: partOver(range, calendar, now),
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
