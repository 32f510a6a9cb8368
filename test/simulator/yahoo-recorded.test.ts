import { expect, it } from 'vitest';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { startOfDay } from '../../src/core/session/day.ts';
import type { Listing, Market, MarketRow } from '../../src/market/market.ts';
import { chartNamed, CHARTS, type Recording } from '../yahoo-recordings.ts';
import { ask, bodyOf, type ChartResult, resultOf } from './chart.ts';
import { REAL_DATA, describeWith } from '../needs.ts';

// The simulator against recorded answers of the real server: each recording becomes a market of its own rows, and the
// recorded request must give the recorded answer. No code of the client that is tested with the simulator is used.

/** `meta` of a recording, by the names that are compared or needed. */
interface RecordedMeta {
  readonly symbol: string;
  readonly currency: string;
  readonly instrumentType: string;
  readonly longName: string;
  readonly firstTradeDate: number;
}

/**
 * Values of `meta` that are not compared, only their type: how the market stood on the day of the recording (the
 * market here ends with the recorded rows), what differs between the exchanges of one calendar, a second spelling of
 * the name, and the number of decimals, which is 4 for some cheap shares.
 */
const TYPE_ONLY = [
  'regularMarketTime',
  'regularMarketPrice',
  'fiftyTwoWeekHigh',
  'fiftyTwoWeekLow',
  'regularMarketDayHigh',
  'regularMarketDayLow',
  'regularMarketVolume',
  'chartPreviousClose',
  'exchangeName',
  'fullExchangeName',
  'hasPrePostMarketData',
  'shortName',
  'priceHint',
];

/** The server stamps a first trade of a time when New York opened at 10:00 with 09:30, as the hours are now. */
const NEW_YORK_HOURS_SINCE = Date.UTC(1985, 8, 30) / 1000;

/** Headers of the machines behind the server, and one that the simulator's own server adds. */
const OTHER_HEADERS = new Set([
  'x-envoy-decorator-operation',
  'x-envoy-upstream-service-time',
  'content-length',
]);

function recordedResult(recording: Recording): ChartResult {
  return recording.response.bodyJson.chart.result[0];
}

function metaOf(recording: Recording): RecordedMeta {
  return recordedResult(recording).meta as unknown as RecordedMeta;
}

/** Left out: funds and futures (other `meta` keys and hours) and exchanges without a calendar. */
function isReproduced(recording: Recording): boolean {
  const { symbol, instrumentType } = metaOf(recording);
  return !calendarFor(symbol).advisory && !['MUTUALFUND', 'FUTURE'].includes(instrumentType);
}

const reproduced = CHARTS.filter(isReproduced);

/** The market that the recording shows: its rows and events as they are on the wire. */
function marketOf(recording: Recording): Market {
  const { timestamp = [], indicators, events } = recordedResult(recording);
  const { symbol, currency, instrumentType, longName, firstTradeDate } = metaOf(recording);
  const calendar = calendarFor(symbol);
  const value = (column: string, i: number): number | null => indicators.quote[0]?.[column]?.[i] ?? null;
  const rows = timestamp.map((stamp, i): MarketRow => ({
    ts: startOfDay(calendar.localDay(stamp * 1000)),
    open: value('open', i),
    high: value('high', i),
    low: value('low', i),
    close: value('close', i),
    volume: value('volume', i),
    vwap: null,
    trades: null,
  }));
  const listing: Listing = {
    ticker: symbol,
    name: longName,
    calendar: calendar.id,
    currency,
    exchange: null,
    type: instrumentType === 'ETF' ? 'etf' : null,
    firstTrade: calendar.localDay(firstTradeDate * 1000),
    delistedOn: null,
  };
  return {
    tickers: () => [symbol],
    listing: (ticker) => (ticker === symbol ? listing : undefined),
    intervals: () => ['1d'],
    rows: (_, interval, { from, to }) =>
      interval === '1d' ? rows.filter(({ ts }) => ts >= startOfDay(from) && ts < startOfDay(to)) : [],
    actions: () => actionsOf(events, (stamp) => calendar.localDay(stamp * 1000)),
    quiet: () => [],
  };
}

function actionsOf(events: unknown, dayOf: (stamp: number) => number): CorporateAction[] {
  const { dividends = {}, splits = {} } = (events ?? {}) as {
    dividends?: Record<string, { date: number; amount: number }>;
    splits?: Record<string, { date: number; numerator: number; denominator: number }>;
  };
  return [
    ...Object.values(dividends).map(({ date, amount }): CorporateAction => ({
      kind: 'dividend',
      exDay: dayOf(date),
      amount,
    })),
    ...Object.values(splits).map(({ date, numerator, denominator }): CorporateAction => ({
      kind: 'split',
      exDay: dayOf(date),
      ratio: numerator / denominator,
    })),
  ].toSorted((a, b) => a.exDay - b.exDay);
}

/** Names and types of a value, recursively; a list by its first element, for ours and theirs are as long. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

function without(meta: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => !keys.includes(key)));
}

describeWith(REAL_DATA)('the simulated answer to a recorded request', () => {
  it('is compared for shares in New York, Frankfurt and London, a fund, crypto and currencies', () => {
    const symbols = reproduced.map((recording) => metaOf(recording).symbol);
    expect(symbols).toEqual(
      expect.arrayContaining(['AAPL', 'TSLA', 'QQQ', 'WSU.DE', 'OCDO.L', 'BTC-USD', 'EURUSD=X']),
    );
    expect(reproduced.length).toBeGreaterThan(25);
  });

  it.each(reproduced)('has the status, headers and shape of $name', (recording) => {
    const response = ask(
      marketOf(recording),
      recording.request.url,
      recording.response.headers['date'] ?? '',
    );
    expect(response.status).toBe(recording.response.status);
    const headers = Object.keys(recording.response.headers).filter((header) => !OTHER_HEADERS.has(header));
    expect(Object.keys(response.headers).toSorted()).toEqual(headers.toSorted());
    expect(response.headers['content-type']).toBe(recording.response.headers['content-type']);
    expect(shapeOf(bodyOf(response))).toEqual(shapeOf(recording.response.bodyJson));
  });

  it.each(reproduced)('has the stamps, values and events of $name', (recording) => {
    const recorded = recordedResult(recording);
    const result = resultOf(
      ask(marketOf(recording), recording.request.url, recording.response.headers['date'] ?? ''),
    );
    expect(result.timestamp).toEqual(recorded.timestamp);
    expect(result.events).toEqual(recorded.events);
    const isOld = metaOf(recording).firstTradeDate < NEW_YORK_HOURS_SINCE;
    const keys = isOld ? [...TYPE_ONLY, 'firstTradeDate'] : TYPE_ONLY;
    expect(without(result.meta, keys)).toEqual(without(recorded.meta, keys));
    expect(result.indicators.quote).toEqual(recorded.indicators.quote);
    expect(result.indicators.adjclose?.[0]?.adjclose).toHaveLength(recorded.timestamp?.length ?? 0);
  });

  it('takes a dividend off the adjusted close as the recorded one does', () => {
    const recording = chartNamed('chart-AAPL-2020-08-31-to-2020-11-07.json');
    const recorded = recordedResult(recording);
    const result = resultOf(
      ask(marketOf(recording), recording.request.url, recording.response.headers['date'] ?? ''),
    );
    // The recorded closes are adjusted for the dividends after the recording's last row too: by a constant.
    const ratios = (recorded.indicators.adjclose?.[0]?.adjclose ?? []).map(
      (close, i) => (close ?? 0) / (result.indicators.adjclose?.[0]?.adjclose?.[i] ?? 1),
    );
    expect(Math.max(...ratios) / Math.min(...ratios) - 1).toBeLessThan(5e-7);
  });

  it('gives the first close as the previous one where there is none', () => {
    const recording = chartNamed('historical-via-chart-dividends-TSLA-no-dividends.json');
    const { meta } = resultOf(
      ask(marketOf(recording), recording.request.url, recording.response.headers['date'] ?? ''),
    );
    expect(meta['chartPreviousClose']).toBe(recordedResult(recording).meta['chartPreviousClose']);
  });

  it('without bars has the shape of the recorded empty answer', () => {
    const recording = chartNamed('chart-TSLA-2025-01-01-to-2025-01-02-interval-1h.fake.json');
    const recorded = recordedResult(recording);
    const daily = marketOf(chartNamed('historical-via-chart-dividends-TSLA-no-dividends.json'));
    const response = ask(daily, recording.request.url, recording.response.headers['date'] ?? '');
    const result = resultOf(response);
    expect(result.indicators).toEqual(recorded.indicators);
    expect(Object.keys(result)).toEqual(['meta', 'indicators']);
    expect(Object.keys(result.meta).toSorted()).toEqual(Object.keys(recorded.meta).toSorted());
  });
});
