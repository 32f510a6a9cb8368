import { describe, expect, it } from 'vitest';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, startOfDay, utcDayOf } from '../../src/core/session/day.ts';
import { isComplete, type Market, type MarketRow } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { yahooWire } from '../../src/simulator/yahoo/wire.ts';
import { ask, bodyOf, type ChartResult, resultOf } from './chart.ts';

const market = sampleMarket();

/** A Friday, before New York opens. */
const NOW = '2026-11-20T12:00:00Z';

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

function chartPath(symbol: string, from: string, to: string, more = ''): string {
  return `/v8/finance/chart/${symbol}?period1=${seconds(from)}&period2=${seconds(to)}&interval=1d${more}`;
}

function chart(symbol: string, from: string, to: string, more = '', now: string = NOW): ChartResult {
  return resultOf(ask(market, chartPath(symbol, from, to, more), now));
}

function column(result: ChartResult, name: string): readonly (number | null)[] {
  return result.indicators.quote[0]?.[name] ?? [];
}

/** A market of one New York share with the given daily closes from 2024-01-02 on. */
function tinyMarket(closes: readonly (number | null)[], actions: readonly CorporateAction[] = []): Market {
  const days = calendarFor('TINY').sessions({ from: parseDay('2024-01-02'), to: parseDay('2024-03-01') });
  const rows = closes.map((close, i): MarketRow => {
    const ts = startOfDay(days[i] ?? 0);
    return {
      ts,
      open: close,
      high: close,
      low: close,
      close: close ?? 1,
      volume: 1000,
      vwap: null,
      trades: null,
    };
  });
  const listing = {
    ticker: 'TINY',
    name: 'Tiny',
    calendar: 'XNYS',
    currency: 'USD',
    exchange: 'XNYS',
    type: 'equity',
    firstTrade: parseDay('2024-01-02'),
    delistedOn: null,
  };
  return {
    tickers: () => ['TINY'],
    listing: (ticker) => (ticker === 'TINY' ? listing : undefined),
    intervals: () => ['1d'],
    rows: (_, interval, { from, to }) =>
      interval === '1d' ? rows.filter(({ ts }) => ts >= startOfDay(from) && ts < startOfDay(to)) : [],
    actions: () => actions,
    quiet: () => [],
  };
}

function tiny(
  closes: readonly (number | null)[],
  actions: readonly CorporateAction[],
  query = '',
): ChartResult {
  const path = chartPath('TINY', '2024-01-01T00:00:00Z', '2024-03-01T00:00:00Z', query);
  return resultOf(ask(tinyMarket(closes, actions), path, NOW));
}

describe('bars on the wire', () => {
  it('are stamped with the open of their session, summer and winter', () => {
    const { timestamp } = chart('ALFA', '2026-03-06T00:00:00Z', '2026-03-10T00:00:00Z');
    expect(timestamp).toEqual([seconds('2026-03-06T14:30:00Z'), seconds('2026-03-09T13:30:00Z')]);
  });

  it('are stamped with local midnight for crypto and currencies', () => {
    const crypto = chart('SMPL-USD', '2026-07-01T00:00:00Z', '2026-07-01T23:00:00Z');
    expect(crypto.timestamp).toEqual([seconds('2026-07-01T00:00:00Z')]);
    const currency = chart('QAAUSD=X', '2026-07-01T12:00:00Z', '2026-07-01T22:00:00Z');
    expect(currency.timestamp).toEqual([seconds('2026-06-30T23:00:00Z')]);
  });

  it('include the one that period1 falls into and the one stamped exactly period2', () => {
    const { timestamp } = chart('ALFA', '2026-03-02T18:00:00Z', '2026-03-04T14:30:00Z');
    expect(timestamp?.map((stamp) => formatDay(utcDayOf(stamp * 1000)))).toEqual([
      '2026-03-02',
      '2026-03-03',
      '2026-03-04',
    ]);
    expect(chart('ALFA', '2026-03-02T21:00:00Z', '2026-03-04T14:29:59Z').timestamp).toHaveLength(1);
  });

  it('are split-adjusted float32 prices and whole volumes', () => {
    const day = { from: parseDay('2014-06-06'), to: parseDay('2014-06-10') };
    const [before, on] = market.rows('ALFA', '1d', day).filter(isComplete);
    const result = chart('ALFA', '2014-06-06T00:00:00Z', '2014-06-10T00:00:00Z');
    expect(column(result, 'close')).toEqual([
      Math.fround((before?.close ?? 0) / 28),
      Math.fround((on?.close ?? 0) / 4),
    ]);
    expect(column(result, 'volume')).toEqual([(before?.volume ?? 0) * 28, (on?.volume ?? 0) * 4]);
  });

  it('are not adjusted for splits that are still to come', () => {
    const from = '2026-11-10T00:00:00Z';
    const before = chart('QUIL', from, '2026-11-11T00:00:00Z', '', '2026-11-15T12:00:00Z');
    const after = chart('QUIL', from, '2026-11-11T00:00:00Z', '', '2026-11-16T12:00:00Z');
    const [raw] = market.rows('QUIL', '1d', { from: parseDay('2026-11-10'), to: parseDay('2026-11-11') });
    expect(column(before, 'close')).toEqual([Math.fround(raw?.close ?? 0)]);
    expect(column(after, 'close')).toEqual([Math.fround((raw?.close ?? 0) / 2)]);
  });

  it('have a close adjusted for dividends too, by what each left of the last price', () => {
    const exDay = parseDay('2024-01-04');
    const { indicators } = tiny(
      [100, 200, 198, 99],
      [
        { kind: 'dividend', exDay, amount: 2 },
        { kind: 'split', exDay: exDay + 1, ratio: 2 },
      ],
    );
    expect(indicators.quote[0]?.['close']).toEqual([50, 100, 99, 99]);
    expect(indicators.adjclose).toEqual([{ adjclose: [Math.fround(49.5), 99, 99, 99] }]);
  });

  it('are null in every column where the market lacks a value', () => {
    const { timestamp, indicators } = tiny([100, null, 101], []);
    expect(timestamp).toHaveLength(3);
    for (const values of [...Object.values(indicators.quote[0] ?? {}), indicators.adjclose?.[0]?.adjclose]) {
      expect(values?.map((value) => value === null)).toEqual([false, true, false]);
    }
  });

  it('have no adjusted close within a day, and a grid that starts at the open', () => {
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-19T00:00:00Z')}&period2=${seconds('2026-11-20T00:00:00Z')}&interval=60m`;
    const { timestamp, indicators, meta } = resultOf(ask(market, path, NOW));
    expect(Object.keys(indicators)).toEqual(['quote']);
    expect(timestamp?.[0]).toBe(seconds('2026-11-19T14:30:00Z'));
    expect(timestamp).toHaveLength(7);
    expect(meta).toMatchObject({ dataGranularity: '60m', scale: 3 });
  });

  it('reach back from now for a range', () => {
    const { timestamp, meta } = resultOf(ask(market, '/v8/finance/chart/ALFA?range=5d&interval=1d', NOW));
    expect(timestamp).toHaveLength(4);
    expect(meta).toMatchObject({ range: '5d' });
  });

  it('are none for days without trading: no timestamp, empty columns', () => {
    const weekend = chart('ALFA', '2026-03-07T00:00:00Z', '2026-03-08T00:00:00Z', '&events=div|split');
    expect(Object.keys(weekend)).toEqual(['meta', 'indicators']);
    expect(weekend.indicators).toEqual({ quote: [{}], adjclose: [{}] });
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-14T00:00:00Z')}&period2=${seconds('2026-11-15T00:00:00Z')}&interval=1h`;
    expect(resultOf(ask(market, path, NOW)).indicators).toEqual({ quote: [{}] });
  });
});

describe('the session that still trades', () => {
  const now = '2026-11-20T16:00:30.500Z';
  const day = { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') };

  it('is the last row, as far as it got, stamped with the current second', () => {
    const result = chart('ALFA', '2026-11-19T00:00:00Z', '2026-11-21T00:00:00Z', '', now);
    expect(result.timestamp).toEqual([seconds('2026-11-19T14:30:00Z'), seconds('2026-11-20T16:00:30Z')]);
    const minutes = market.rows('ALFA', '1m', day).slice(0, 90);
    expect(column(result, 'open')[1]).toBe(Math.fround(minutes[0]?.open ?? 0));
    expect(column(result, 'close')[1]).toBe(Math.fround(minutes[89]?.close ?? 0));
    expect(column(result, 'volume')[1]).toBe(minutes.reduce((sum, { volume }) => sum + (volume ?? 0), 0));
    expect(result.meta).toMatchObject({ regularMarketTime: seconds('2026-11-20T16:00:30Z') });
  });

  it('ends an intraday answer with the bar of this moment', () => {
    const path = `/v8/finance/chart/ALFA?period1=${seconds('2026-11-20T15:30:00Z')}&period2=${seconds('2026-11-21T00:00:00Z')}&interval=1h`;
    const result = resultOf(ask(market, path, now));
    expect(result.timestamp).toEqual([seconds('2026-11-20T16:00:30Z')]);
    const minutes = market.rows('ALFA', '1m', day).slice(60, 90);
    expect(column(result, 'open')).toEqual([Math.fround(minutes[0]?.open ?? 0)]);
  });

  it('has the whole bar before the lunch break while that lasts', () => {
    const path = `/v8/finance/chart/KUMO.T?period1=${seconds('2026-11-19T00:00:00Z')}&period2=${seconds('2026-11-20T00:00:00Z')}&interval=1h`;
    const stamps = (at: string): readonly number[] | undefined => resultOf(ask(market, path, at)).timestamp;
    const [nine, ten, eleven] = [0, 1, 2].map((hour) => seconds(`2026-11-19T0${hour}:00:00Z`));
    expect(stamps('2026-11-19T02:45:00Z')).toEqual([nine, ten, eleven]);
    expect(stamps('2026-11-19T02:20:00Z')).toEqual([nine, ten, seconds('2026-11-19T02:20:00Z')]);
  });

  it('is not shown where the period ends before now, nor before it opens', () => {
    expect(chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-20T15:00:00Z', '', now).timestamp).toBeUndefined();
    expect(chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '', NOW).timestamp).toBeUndefined();
  });

  it('has its final row from the close on', () => {
    const result = chart('ALFA', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '', '2026-11-20T21:00:00Z');
    const [row] = market.rows('ALFA', '1d', day);
    expect(result.timestamp).toEqual([seconds('2026-11-20T14:30:00Z')]);
    expect(column(result, 'close')).toEqual([Math.fround(row?.close ?? 0)]);
  });
});

describe('events on the wire', () => {
  const from = '2014-06-01T00:00:00Z';
  const to = '2014-09-01T00:00:00Z';
  const splitStamp = String(seconds('2014-06-09T13:30:00Z'));

  it('are those asked for, by stamp, dividends adjusted for the splits since', () => {
    const dividend = market.actions('ALFA').find(({ exDay }) => exDay === parseDay('2014-08-11'));
    if (dividend?.kind !== 'dividend') throw new Error('no dividend');
    const stamp = String(seconds('2014-08-11T13:30:00Z'));
    const both = chart('ALFA', from, to, '&events=div%7Csplit%7Cearn').events;
    expect(both).toEqual({
      dividends: { [stamp]: { amount: Number((dividend.amount / 4).toFixed(6)), date: Number(stamp) } },
      splits: { [splitStamp]: { date: Number(splitStamp), numerator: 7, denominator: 1, splitRatio: '7:1' } },
    });
    expect(chart('ALFA', from, to, '&events=div,splits').events).toEqual(both);
    expect(Object.keys(Object(chart('ALFA', from, to, '&events=div').events))).toEqual(['dividends']);
    expect(chart('ALFA', from, to).events).toBeUndefined();
  });

  it('print fractions and reverse splits in whole numbers', () => {
    const day = parseDay('2024-01-04');
    const splitOf = (ratio: number): unknown =>
      tiny([1, 1, 1], [{ kind: 'split', exDay: day, ratio }], '&events=split').events;
    expect(splitOf(1.5)).toMatchObject({
      splits: { '1704378600': { numerator: 3, denominator: 2, splitRatio: '3:2' } },
    });
    expect(splitOf(0.05)).toMatchObject({
      splits: { '1704378600': { numerator: 1, denominator: 20, splitRatio: '1:20' } },
    });
  });

  it('are not told before they are effective, nor outside the period', () => {
    const more = '&events=div|split';
    expect(chart('DUNO', '2026-11-01T00:00:00Z', '2027-12-01T00:00:00Z', more).events).toBeUndefined();
    expect(chart('ALFA', '2014-06-10T00:00:00Z', '2014-07-01T00:00:00Z', more).events).toBeUndefined();
  });
});

describe('what the wire refuses', () => {
  const days = (count: number): number => seconds(NOW) - count * 86_400;

  function refusal(path: string): readonly [number, unknown] {
    const response = ask(market, path, NOW);
    return [response.status, bodyOf(response)];
  }

  function envelope(code: string, description: unknown): unknown {
    return { chart: { result: null, error: { code, description } } };
  }

  it('unknown symbols, other spellings, delisted symbols and symbols to be listed', () => {
    const gone = [404, envelope('Not Found', 'No data found, symbol may be delisted')];
    for (const symbol of ['AAPL', 'BRK.B', 'alfa', 'TARN', 'XYLO', '%', '%ZZ']) {
      expect(refusal(chartPath(symbol, '2022-01-01T00:00:00Z', '2022-02-01T00:00:00Z')), symbol).toEqual(
        gone,
      );
    }
    const path = chartPath('KELV', '2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z');
    expect(ask(market, path, '2024-03-01T00:00:00Z').status).toBe(404);
    expect(
      ask(market, chartPath('TARN', '2022-01-01T00:00:00Z', '2022-02-01T00:00:00Z'), '2023-06-29T12:00:00Z')
        .status,
    ).toBe(200);
  });

  it('periods before the listing', () => {
    const [p1, p2] = [seconds('2009-01-01T00:00:00Z'), seconds('2009-02-01T00:00:00Z')];
    expect(refusal(chartPath('ALFA', '2009-01-01T00:00:00Z', '2009-02-01T00:00:00Z'))).toEqual([
      400,
      envelope('Bad Request', `Data doesn't exist for startDate = ${p1}, endDate = ${p2}`),
    ]);
    expect(ask(market, chartPath('ALFA', '2009-01-01T00:00:00Z', '2010-02-01T00:00:00Z'), NOW).status).toBe(
      200,
    );
  });

  it.each([
    ['1m', 29, 30],
    ['5m', 59, 60],
    ['15m', 59, 60],
    ['1h', 729, 730],
  ])('%s bars from %i days ago are served, from %i days ago they are not', (interval, served, refused) => {
    const path = (back: number): string =>
      `/v8/finance/chart/ALFA?period1=${days(back)}&period2=${days(back) + 86_400}&interval=${interval}`;
    expect(ask(market, path(served), NOW).status).toBe(200);
    const description = `${interval} data not available for startTime=${days(refused)} and endTime=${days(refused - 1)}. The requested range must be within the last ${refused} days.`;
    expect(refusal(path(refused))).toEqual([422, envelope('Unprocessable Entity', description)]);
  });

  it('more than eight days of 1m bars', () => {
    const path = (span: number): string =>
      `/v8/finance/chart/ALFA?period1=${days(20)}&period2=${days(20 - span)}&interval=1m`;
    expect(ask(market, path(8), NOW).status).toBe(200);
    const description = `1m data not available for startTime=${days(20)} and endTime=${days(11)}. Only 8 days worth of 1m granularity data are allowed to be fetched per request.`;
    expect(refusal(path(9))).toEqual([422, envelope('Unprocessable Entity', description)]);
  });

  it('queries that make no sense', () => {
    const statusOf = (query: string): number => ask(market, `/v8/finance/chart/ALFA?${query}`, NOW).status;
    expect(statusOf('period1=1700000000&period2=1700100000&interval=3m')).toBe(422);
    expect(statusOf('period1=1700000000&period2=1700100000&interval=toString')).toBe(422);
    expect(statusOf('period1=soon&period2=1700100000&interval=1d')).toBe(422);
    expect(statusOf('range=3w&interval=1d')).toBe(422);
    expect(statusOf('interval=1d')).toBe(400);
    expect(statusOf('period1=1700000000&interval=1d')).toBe(400);
    expect(statusOf('period1=1700100000&period2=1700000000&interval=1d')).toBe(400);
    expect(ask(market, '/v7/finance/quote?symbols=ALFA', NOW).status).toBe(404);
  });

  it('clients without a name, as text', () => {
    for (const headers of [{}, { 'user-agent': '' }]) {
      const request = {
        method: 'GET',
        path: '/v8/finance/chart/ALFA',
        query: new URLSearchParams(),
        headers,
      };
      expect(yahooWire(request, market, Date.parse(NOW))).toMatchObject({
        status: 429,
        headers: { 'content-type': 'text/plain' },
        body: 'Too Many Requests',
      });
    }
  });
});

describe('meta', () => {
  it('tells how the market stands, split-adjusted', () => {
    const { meta } = chart('NAMI.T', '2026-09-01T00:00:00Z', '2026-09-05T00:00:00Z');
    const [last] = market.rows('NAMI.T', '1d', { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') });
    const [before] = market.rows('NAMI.T', '1d', {
      from: parseDay('2026-08-31'),
      to: parseDay('2026-09-01'),
    });
    expect(meta).toMatchObject({
      currency: 'JPY',
      exchangeName: 'JPX',
      timezone: 'JST',
      gmtoffset: 32_400,
      firstTradeDate: seconds('2010-01-04T00:00:00Z'),
      regularMarketTime: seconds('2026-11-20T06:30:00Z'),
      regularMarketPrice: last?.close,
      chartPreviousClose: (before?.close ?? 0) / 2,
    });
  });

  it('has the offset of now, not of the bars', () => {
    const winter = chart('BRVO.PA', '2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z');
    expect(winter.meta).toMatchObject({ gmtoffset: 3600, timezone: 'CET' });
    const summer = chart(
      'BRVO.PA',
      '2026-01-05T00:00:00Z',
      '2026-01-06T00:00:00Z',
      '',
      '2026-07-01T12:00:00Z',
    );
    expect(summer.meta).toMatchObject({ gmtoffset: 7200, timezone: 'CEST' });
  });
});
