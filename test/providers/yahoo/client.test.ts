import { expect, it } from 'vitest';
import { wordChart } from '../../../src/providers/yahoo/client.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

const BASE = 'http://127.0.0.1:1/beside/';

it('a request is for its own symbol, interval and periods, whatever was asked for before', async () => {
  const worded = async (symbol: string, interval: Interval, period1: number, period2: number) => {
    const { url } = await wordChart({ symbol, interval, period1, period2 }, BASE);
    const { searchParams } = url;
    return [url.pathname, ...['interval', 'period1', 'period2'].map((name) => searchParams.get(name))];
  };
  expect(await worded('AAPL', '1h', 100, 200)).toEqual([
    '/beside/v8/finance/chart/AAPL',
    ...['1h', '100', '200'],
  ]);
  expect(await worded('^GSPC', '5m', 300, 400)).toEqual([
    '/beside/v8/finance/chart/%5EGSPC',
    ...['5m', '300', '400'],
  ]);
  expect(await worded('A$&B', '1h', 500, 600)).toEqual([
    '/beside/v8/finance/chart/A%24%26B',
    ...['1h', '500', '600'],
  ]);
});

it('a request is worded as yahoo-finance2 words it', async () => {
  const query = {
    symbol: 'EURUSD=X',
    interval: '1d',
    period1: 1_735_689_600,
    period2: 1_740_139_200,
  } as const;
  const { url, headers } = await wordChart(query, 'http://127.0.0.1:1');
  expect(url.href).toBe(
    'http://127.0.0.1:1/v8/finance/chart/EURUSD%3DX?useYfid=true&interval=1d&includePrePost=false' +
      '&events=div%7Csplit&lang=en-US&period1=1735689600&period2=1740139200',
  );
  expect(headers).toEqual({ 'user-agent': expect.stringContaining('Mozilla/5.0') });
});
