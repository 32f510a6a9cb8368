import { calendarFor } from '../../core/calendar/calendars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { MS_PER_DAY, type DayRange, startOfDay } from '../../core/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Interval } from '../../core/interval.ts';
import type { ChartResultObject } from 'yahoo-finance2/modules/chart';
import { randomFor } from '../../market/random.ts';
import type { Gate } from '../http/gate.ts';
import { throughGate, withRetries } from '../http/retry.ts';
import { send, withTimeout } from '../http/transport.ts';
import type { BarAnswer, BarRequest, Provider, ProviderConfig } from '../provider.ts';
import { closedDays } from '../closed-days.ts';
import { yahooCapabilities } from './capabilities.ts';
import { type ChartQuery, YAHOO_URL, chartClient } from './client.ts';
import { parseChart } from './parse.ts';
import { SILENCES_BELIEVED, type SilenceContext, isDoubtful, silenceNote } from './silence.ts';

/** A chart that is weighed where it has no row. */
type WeighedChart = (query: ChartQuery, context: SilenceContext) => Promise<ChartResultObject>;

/** Yahoo's chart endpoint. Its prices are split-adjusted; the answers given here are raw. */
export function openYahoo(config: ProviderConfig, gate: Gate): Provider {
  const timed = withTimeout(send, config.timeoutMs ?? 30_000);
  const client = chartClient((request) => timed(request, gate.signal), config.url ?? YAHOO_URL);
  const chart: WeighedChart = (query, context) => {
    const random = randomFor(`${query.symbol} ${query.interval} ${query.period1}`);
    const once = throughGate(gate, async (wire) => assertAbout(await client(query, wire), query));
    return withRetries(gate, { ...RETRIES, random }, believed(once, query, context));
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

/** Stamps beyond this are not in seconds: the year 5138. */
const LATEST_STAMP = 1e11;

/** Throws `bad-answer` (retryable: Yahoo mixes answers up under load) unless the chart answers this query. */
function assertAbout(chart: ChartResultObject, { symbol }: ChartQuery): ChartResultObject {
  const wrong = chart.timestamp?.find((stamp) => !(Math.abs(stamp) < LATEST_STAMP));
  if (chart.meta.symbol === symbol && wrong === undefined) return chart;
  const what =
    wrong === undefined ? `for ${chart.meta.symbol}` : `with the stamp ${wrong}, which is not in seconds,`;
  throw new BackfillError('bad-answer', `Yahoo answered ${what} when asked for ${symbol}`, {
    retryable: true,
  });
}

/**
 * Throws `bad-answer` (retryable) for a chart without a row that may be a failure, until it has come so often in a row
 * that it is evidence. It counts after the gate was told of an answer: Yahoo lives, whatever it says.
 */
function believed(
  once: () => Promise<ChartResultObject>,
  { symbol }: ChartQuery,
  context: SilenceContext,
): () => Promise<ChartResultObject> {
  let silences = 0;
  return async () => {
    const before = silences;
    silences = 0;
    const chart = await once();
    if (!isDoubtful(chart, context) || before + 1 === SILENCES_BELIEVED) return chart;
    silences = before + 1;
    throw new BackfillError('bad-answer', `Yahoo has no row for ${symbol}, which should have traded`, {
      retryable: true,
    });
  };
}

async function fetchBars(client: WeighedChart, request: BarRequest): Promise<BarAnswer> {
  const { series, range, now } = request;
  const calendar = calendarFor(series.ticker);
  const settleDelayMs = yahooCapabilities.intervals[series.interval]?.settleDelayMs ?? 0;
  const settled = calendar.lastSettled(now, settleDelayMs);
  const context = { calendar, range, settled };
  const ask = (interval: Interval, period1: number, period2: number): Promise<ChartResultObject> =>
    client({ symbol: series.ticker, interval, period1, period2, now }, context);
  const { period1, period2 } = periods(range, calendar);
  // Up to tomorrow: splits that went ex after the range adjust its prices too.
  const events = await ask('1d', period1, seconds(now + MS_PER_DAY));
  const chart = series.interval === '1d' ? events : await ask(series.interval, period1, period2);
  const note = silenceNote(chart, context);
  return {
    ...parseChart(chart, events, { interval: series.interval, calendar, range, now, settled }),
    proven: closedDays(range, calendar, now),
    wireBasis: 'split-adjusted',
    explained: [],
    delistedOn: null,
    ...(note !== undefined && { note }),
  };
}

/** Epoch seconds of a range of sessions; `period2` is the last second of the last session, still to come if that is open. */
function periods(range: DayRange, calendar: Calendar): { period1: number; period2: number } {
  if (calendar.advisory) {
    // The hours are unknown: one day of slack on either side covers every zone.
    return { period1: seconds(startOfDay(range.from - 1)), period2: seconds(startOfDay(range.to + 1)) };
  }
  const first = calendar.session(calendar.sessionOnOrAfter(range.from));
  const last = calendar.session(calendar.sessionOnOrBefore(range.to - 1));
  return { period1: seconds(first.open), period2: seconds(last.close) - 1 };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
