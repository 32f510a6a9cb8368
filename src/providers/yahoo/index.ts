import { calendarFor } from '../../core/calendar/calendars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY, type DayRange, startOfDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps, Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type {
  ActionsAnswer,
  ActionsRequest,
  BarAnswer,
  ListRequest,
  Provider,
  ProviderConfig,
} from '../provider.ts';
import { partOver } from '../part-over.ts';
import { SETTLE_DELAY_MS, yahooCapabilities } from './capabilities.ts';
import type { Chart } from './chart.ts';
import { type ChartQuery, YAHOO_URL, chartIn, wordChart } from './client.ts';
import { lastTradeOf, parseActions, parseChart } from './parse.ts';
import { INDICES } from './indices.ts';
import type { RowsAsked } from './rows.ts';

/** Yahoo's chart endpoint. Its prices are split-adjusted; the answers given here are raw. */
export function openYahoo(config: ProviderConfig, gate: Gate): Provider {
  const provider = openHttpProvider(stepsAt(config.url ?? YAHOO_URL), config, gate);
  return { ...provider, discover: async ({ categories }) => (categories.includes('indices') ? INDICES : []) };
}

function stepsAt(url: string): HttpSteps<Chart> {
  const chartOf = (answer: HttpAnswer, query: ChartQuery): Page<Chart, never> => {
    return { parts: [], state: assertAbout(chartIn(answer, query), query), hasMore: false };
  };
  return {
    capabilities: yahooCapabilities,
    request: (asked) => wordChart(queryOf(asked), url),
    parse: (answer, asked) => chartOf(answer, queryOf(asked)),
    end: (asked, chart) => [{ ticker: tickerOf(asked), answer: answerOf(asked, chart) }],
    actions: {
      request: (asked) => wordChart(actionsQueryOf(asked), url),
      parse: (answer, asked) => chartOf(answer, actionsQueryOf(asked)),
      end: (asked, chart) => [{ ticker: tickerOf(asked), answer: actionsOf(asked, chart) }],
    },
  };
}

/** The one ticker of a request: the endpoint takes no lists. */
function tickerOf({ tickers: [ticker = ''] }: ActionsRequest): string {
  return ticker;
}

function queryOf(asked: ListRequest): ChartQuery {
  const { interval, now } = asked;
  const symbol = tickerOf(asked);
  const { period1, period2 } = periods(asked.range, calendarFor(symbol), interval === '1d');
  return { symbol, interval, period1, period2: interval === '1d' ? tomorrow(now) : period2 };
}

/** Daily rows beside intraday bars: only they have all splits up to now. */
function actionsQueryOf(asked: ActionsRequest): ChartQuery {
  const { range, now } = asked;
  const symbol = tickerOf(asked);
  const { period1 } = periods(range, calendarFor(symbol), false);
  return { symbol, interval: '1d', period1, period2: tomorrow(now) };
}

/** Splits that went ex after a range adjust its prices too. */
function tomorrow(now: number): number {
  return seconds(now + MS_PER_DAY);
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

function answerOf(asked: ListRequest, chart: Chart): BarAnswer {
  const { interval, range, now } = asked;
  const ticker = tickerOf(asked);
  const calendar = calendarFor(ticker);
  const told = asked.told?.get(ticker);
  assertSameHistory(chart, told, ticker);
  const lastTrade = lastTradeOf(chart, calendar);
  return {
    ...parseChart(chart, { interval, ...contextOf(asked, calendar) }, told),
    proven: partOver(range, calendar, now),
    wireBasis: 'split-adjusted',
    explained: [],
    delistedOn: null,
    ...(lastTrade !== undefined && { lastTrade }),
  };
}

function actionsOf(asked: ActionsRequest, chart: Chart): ActionsAnswer {
  return parseActions(chart, contextOf(asked, calendarFor(tickerOf(asked))));
}

/** What rows are read by; all intervals settle alike. */
function contextOf(
  { range, now }: ActionsRequest,
  calendar: Calendar,
): Omit<RowsAsked, 'interval' | 'dayOf'> {
  return { calendar, range, now, settled: calendar.lastSettled(now, SETTLE_DELAY_MS) };
}

/**
 * Throws `bad-answer` (retryable) where the daily chart, which tells the splits, has no row beside intraday bars: its saying
 * that there are none proves nothing.
 */
function assertSameHistory({ stamps }: Chart, told: ActionsAnswer | undefined, ticker: string): void {
  if (told?.isSilent !== true || stamps.length === 0) return;
  const message = `Yahoo has intraday bars of ${ticker} and no daily row beside them`;
  throw new BackfillError('bad-answer', message, { retryable: true });
}

/** Epoch seconds of a range of sessions; `period2` is the last second of the last session, still to come if that is open. */
function periods(
  range: DayRange,
  calendar: Calendar,
  isDaily: boolean,
): { period1: number; period2: number } {
  if (calendar.advisory) {
    // The hours are unknown: one day of slack on either side covers every zone.
    return { period1: seconds(startOfDay(range.from - 1)), period2: seconds(startOfDay(range.to + 1)) };
  }
  const last = calendar.session(calendar.sessionOnOrBefore(range.to - 1));
  // Yahoo stamps a daily row with the open of today's hours, however early the exchange opened then; and a range that
  // begins on a day of which nothing is certain may have a session that the calendar does not know.
  const isExact = !isDaily && calendar.isSession(range.from);
  const from = isExact ? calendar.session(range.from).open : startOfDay(range.from - 1);
  return { period1: seconds(from), period2: seconds(last.close) - 1 };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
