import { describe, expect, it } from 'vitest';
import { yahooWire } from '../../../src/simulator/yahoo/wire.ts';
import { ask, bodyOf } from '../chart.ts';
import { NOW, chartPath, market, seconds } from './charts.ts';

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
