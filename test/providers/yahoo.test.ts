import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type DayRange, formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type Gate, OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { yahooWire } from '../../src/simulator/yahoo/wire.ts';
import { chartNamed, CHARTS, type Recording } from '../yahoo-recordings.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { inRows, type RowAnswer } from './rows.ts';

const now = Date.parse('2025-02-20T12:00:00Z');
const opened: (Provider | Server)[] = [];

/** A gate that affords no retry, so that every fault shows. */
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false };

afterEach(async () => {
  for (const one of opened.splice(0)) {
    if ('fetchBars' in one) await one.close();
    else await new Promise((resolve) => one.close(resolve));
  }
});

interface Reply {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** A provider that talks to a real server with these answers; the requests it made come back too. */
async function yahooThatAnswers(reply: (url: URL) => Reply): Promise<{ provider: Provider; asked: URL[] }> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://yahoo');
    asked.push(url);
    const { status = 200, body, headers } = reply(url);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider = openYahoo({ id: 'yahoo', url: `http://127.0.0.1:${port}`, timeoutMs: 5_000 }, ONE_TRY);
  opened.push(provider, server);
  return { provider, asked };
}

function dates(first: string, last: string): DayRange {
  return { from: parseDay(first), to: parseDay(last) + 1 };
}

async function ask(
  reply: Reply,
  ticker = 'AAPL',
  range = dates('2025-01-02', '2025-01-10'),
  interval: Interval = '1d',
) {
  const { provider } = await yahooThatAnswers(() => reply);
  return inRows(provider).fetchBars({ series: { ticker, interval }, range, now });
}

const error = (code: string, description: string): string =>
  JSON.stringify({ chart: { result: null, error: { code, description } } });

describe('an answer that is no chart', () => {
  it.each([
    [
      'unknown-ticker',
      false,
      { status: 404, body: error('Not Found', 'No data found, symbol may be delisted') },
    ],
    [
      'no-data',
      false,
      { status: 400, body: error('Bad Request', "Data doesn't exist for startDate = 1, endDate = 2") },
    ],
    [
      'out-of-range',
      false,
      { status: 422, body: error('Unprocessable Entity', '1m data not available for …') },
    ],
    ['unauthorized', false, { status: 401, body: error('Unauthorized', 'Invalid Crumb') }],
    ['not-entitled', false, { status: 402, body: '<html>Payment Required</html>' }],
    ['not-entitled', false, { status: 403, body: 'Forbidden' }],
    ['not-entitled', false, { status: 451, body: error('Unavailable', 'not in your country') }],
    ['throttled', true, { status: 429, body: 'Too Many Requests\r\n' }],
    ['throttled', true, { status: 418, body: '' }],
    ['throttled', true, { status: 503, body: '', headers: { 'retry-after': '5' } }],
    ['provider-fault', true, { status: 503, body: '' }],
    ['bad-answer', false, { status: 400, body: error('Bad Request', 'invalid crumb or range') }],
    ['bad-answer', false, { status: 400, body: '<html>Bad Request</html>' }],
    ['bad-answer', false, { status: 410, body: error('Gone', 'use /v9') }],
    ['bad-answer', false, { status: 405, body: error('Method Not Allowed', 'no') }],
    ['provider-fault', true, { status: 410, body: '<html>a proxy</html>' }],
    ['provider-fault', true, { status: 408, body: error('Request Timeout', 'again') }],
    ['provider-fault', true, { status: 425, body: error('Too Early', 'again') }],
    ['provider-fault', true, { status: 502, body: '<html><h1>Will be right back</h1></html>' }],
    ['provider-fault', true, { status: 200, body: '<html><h1>Will be right back</h1></html>' }],
    ['provider-fault', true, { status: 404, body: '<html>nginx</html>' }],
    ['provider-fault', true, { status: 302, body: '', headers: { location: 'http://192.0.2.1/' } }],
    ['bad-answer', true, { status: 200, body: '{"chart":{"result":[{"meta":{}}],"error":null}}' }],
    ['bad-answer', true, { status: 200, body: '{"chart":{"result":[{"meta":' }],
    ['bad-answer', true, { status: 200, body: '{"chart":{"result":null,"error":null}}' }],
  ] as const)('is the error %s (retryable: %s): %o', async (code, retryable, reply) => {
    await expect(ask(reply)).rejects.toMatchObject({ name: 'BackfillError', code, retryable });
  });

  it('says how long to wait where the server does, in seconds or as a date', async () => {
    const body = 'Edge: Too Many Requests';
    await expect(ask({ status: 429, body, headers: { 'retry-after': '120' } })).rejects.toMatchObject({
      retryAfterMs: 120_000,
    });
    // By the server's clock, whatever the day that the caller calls now.
    const [then, later] = [now - 5e11, now - 5e11 + 60_000].map((at) => new Date(at).toUTCString());
    const headers = { date: then ?? '', 'retry-after': later ?? '' };
    await expect(ask({ status: 429, body, headers })).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });

  it('goes below the path of the URL it is told, as behind a proxy', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url?.split('?')[0]);
      response.writeHead(404).end();
    });
    opened.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const series = { ticker: 'BRK-B', interval: '1d' } as const;
    for (const path of ['', '/', '/yahoo', '/a/b/']) {
      const proxied = openYahoo({ id: 'yahoo', url: `http://127.0.0.1:${port}${path}` }, ONE_TRY);
      opened.push(proxied);
      const range = dates('2025-01-02', '2025-01-03');
      await expect(proxied.fetchBars({ series, range, now })).rejects.toMatchObject({
        code: 'provider-fault',
      });
    }
    const chart = '/v8/finance/chart/BRK-B';
    expect(asked).toEqual([chart, chart, `/yahoo${chart}`, `/a/b${chart}`]);
  });

  it('is a network error where nobody listens, and a time-out where nobody answers', async () => {
    const dead = openYahoo({ id: 'yahoo', url: 'http://127.0.0.1:9' }, ONE_TRY);
    opened.push(dead);
    const request = {
      series: { ticker: 'AAPL', interval: '1d' },
      range: dates('2025-01-02', '2025-01-03'),
      now,
    } as const;
    await expect(dead.fetchBars(request)).rejects.toMatchObject({ code: 'network', retryable: true });
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const waiting = openYahoo({ id: 'yahoo', url: `http://127.0.0.1:${port}`, timeoutMs: 100 }, ONE_TRY);
    await expect(waiting.fetchBars(request)).rejects.toMatchObject({ code: 'timeout', retryable: true });
    silent.closeAllConnections();
    opened.push(waiting, silent);
  });
});

describe('an answer that is not to be believed', () => {
  const body = (change: (result: { meta: { symbol: string }; timestamp: number[] }) => void): string => {
    const { result } = yahooChartOf('ALFA', Date.parse('2025-01-31T23:00:00Z'));
    change(result);
    return JSON.stringify({ chart: { result: [result], error: null } });
  };

  it.each([
    ['for another ticker', body((result) => void (result.meta.symbol = 'BRIQ')), 'answered for BRIQ'],
    [
      'in milliseconds',
      body((result) => void (result.timestamp = result.timestamp.map((at) => at * 1000))),
      'not in seconds',
    ],
    ['without an end', ' '.repeat(33 * 2 ** 20), 'more than 32 MiB'],
  ])('%s is refused, and worth another try', async (_, text, message) => {
    const asked = ask({ body: text }, 'ALFA', dates('2025-01-02', '2025-01-31'));
    await expect(asked).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    await expect(asked).rejects.toThrow(message);
  });

  it('has a last row of a session that is still open: that one is left out', async () => {
    const open = Date.parse('2025-01-31T17:00:00Z');
    const { result } = yahooChartOf('ALFA', open);
    const reply = { body: JSON.stringify({ chart: { result: [result], error: null } }) };
    const { bars, dropped } = await ask(reply, 'ALFA', dates('2025-01-02', '2025-01-31'));
    expect(formatDay(utcDayOf(bars.at(-1)?.ts ?? 0))).toBe('2025-01-30');
    expect(dropped).toBe(1);
  });
});

describe('a request', () => {
  it('spans the sessions asked for and, by the day, goes on to tomorrow for the splits', async () => {
    const { provider, asked } = await yahooThatAnswers(() => ({ status: 500, body: '' }));
    const range = dates('2025-01-02', '2025-01-10');
    await expect(
      provider.fetchBars({ series: { ticker: 'EURUSD=X', interval: '1d' }, range, now }),
    ).rejects.toMatchObject({ code: 'provider-fault' });
    await expect(
      provider.fetchBars({ series: { ticker: '^GSPC', interval: '1d' }, range, now }),
    ).rejects.toMatchObject({ code: 'provider-fault' });
    const [fx, index] = asked;
    expect(fx?.pathname).toBe('/v8/finance/chart/EURUSD%3DX');
    expect(index?.pathname).toBe('/v8/finance/chart/%5EGSPC');
    expect(Number(index?.searchParams.get('period1'))).toBe(Date.parse('2025-01-01T00:00:00Z') / 1000);
    expect(Number(index?.searchParams.get('period2'))).toBe(Date.parse('2025-02-21T12:00:00Z') / 1000);
    expect(index?.searchParams.get('includePrePost')).toBe('false');
  });
});

describeWith(REAL_DATA)('recorded answers of Yahoo', () => {
  const replay = async (recording: Recording): Promise<RowAnswer> => {
    const url = new URL(recording.request.url);
    const ticker = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const range = dates(day(url, 'period1'), day(url, 'period2'));
    return ask({ body: JSON.stringify(recording.response.bodyJson) }, ticker, range);
  };

  it('are some thirty', () => {
    expect(CHARTS.length).toBeGreaterThan(30);
  });

  it.each(CHARTS)('$name becomes bars on the sessions of its calendar', async (recording) => {
    const { bars, identity } = await replay(recording);
    const { meta, timestamp = [] } = recording.response.bodyJson.chart.result[0];
    const calendar = calendarFor(String(meta['symbol']));
    expect(bars.length > 0).toBe(timestamp.length > 0);
    for (const bar of bars) {
      expect(bar.ts % 86_400_000).toBe(0);
      if (!calendar.advisory)
        expect(calendar.isSession(utcDayOf(bar.ts)), formatDay(utcDayOf(bar.ts))).toBe(true);
    }
    expect(bars.map(({ ts }) => ts)).toEqual(bars.map(({ ts }) => ts).toSorted((a, b) => a - b));
    expect(identity.currency).toMatch(/^[A-Za-z]{3}$/);
  });

  it('AAPL before its split of 2020 is turned back, its dividend stored as declared', async () => {
    const { bars, actions } = await replay(chartNamed('chart-AAPL-2020-08-31-to-2020-11-07.json'));
    expect(bars[0]).toMatchObject({
      ts: Date.UTC(2020, 7, 31),
      open: 127.58,
      close: 129.04,
      volume: 225_702_700,
    });
    expect(actions).toEqual([
      { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 },
      { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 },
    ]);
  });

  it('a stamp at 23:00 UTC in summer time belongs to the day it begins', async () => {
    const { bars } = await replay(chartNamed('chart-WSU.DE-2023-08-04-to-2023-08-09.json'));
    expect(bars.map(({ ts }) => formatDay(utcDayOf(ts)))).toEqual(['2023-08-04', '2023-08-07', '2023-08-08']);
  });
});

/** What Yahoo answers of the sample market's January 2025 at a moment. */
function yahooChartOf(
  symbol: string,
  at: number,
): { result: { meta: { symbol: string }; timestamp: number[] } } {
  const query = new URLSearchParams({
    interval: '1d',
    period1: '1735800000',
    period2: '1738400000',
    events: 'div|split',
  });
  const request = {
    method: 'GET',
    path: `/v8/finance/chart/${symbol}`,
    query,
    headers: { 'user-agent': 'test' },
  };
  const { body } = yahooWire(request, sampleMarket(), at);
  const { chart } = JSON.parse(body) as {
    chart: { result: [{ meta: { symbol: string }; timestamp: number[] }] };
  };
  return { result: chart.result[0] };
}

function day(url: URL, name: string): string {
  return new Date(Number(url.searchParams.get(name)) * 1000).toISOString().slice(0, 10);
}
