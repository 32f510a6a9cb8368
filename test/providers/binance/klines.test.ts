import { afterEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { refusalIn } from '../../../src/providers/binance/errors.ts';
import { PUBLIC_API } from '../../../src/providers/binance/request.ts';
import type { BarRequest } from '../../../src/providers/provider.ts';
import { type Between, NOW, type Reply, binance, closeAll } from './serving.ts';

const market = sampleMarket();

afterEach(closeAll);

function asking(
  interval: Interval,
  first: string,
  last: string,
  ticker = 'PSDO-USDT',
  now = NOW,
): BarRequest {
  const range = { from: parseDay(first), to: parseDay(last) + 1 };
  return { series: { ticker, interval }, range, now };
}

async function ask(request: BarRequest, between: Between = {}) {
  const { provider, asked } = await binance({ now: request.now, ...between });
  const answer = await provider.fetchBars(request);
  return { answer, asked, stamps: [...answer.bars.ts] };
}

function truth({ series, range }: BarRequest): number[] {
  return market.rows(series.ticker, series.interval, range).map(({ ts }) => ts);
}

describe('pages of klines', () => {
  it('follow each other up to the end of the range, and no further', async () => {
    const full = asking('1d', '2023-01-01', '2025-09-26');
    expect(truth(full)).toHaveLength(1000);
    expect((await ask(full)).asked).toHaveLength(1);
    const more = asking('1d', '2023-01-01', '2025-09-27');
    const { stamps, asked } = await ask(more);
    expect(stamps).toEqual(truth(more));
    expect(asked.map((path) => new URLSearchParams(path.split('?')[1]).get('startTime'))).toEqual(
      ['2023-01-01', '2025-09-27'].map((date) => String(Date.parse(date))),
    );
  });

  it('are asked for with both ends and the most rows', async () => {
    const { asked } = await ask(asking('1h', '2025-03-03', '2025-03-04'));
    expect(asked).toEqual([
      '/api/v3/klines?symbol=PSDOUSDT&interval=1h&startTime=1740960000000&endTime=1741132799999&limit=1000',
    ]);
  });

  it('may be shorter than was asked for: the rest is asked for until nothing comes', async () => {
    const request = asking('1h', '2025-03-01', '2025-03-31');
    const { stamps, asked } = await ask(request, { path: (path) => path.replace('limit=1000', 'limit=300') });
    expect(stamps).toEqual(truth(request));
    expect(asked).toHaveLength(3);
  });

  it('have none of the days before a listing, or after the last trade', async () => {
    const before = await ask(asking('1d', '2017-08-10', '2017-08-14'));
    expect([before.answer.bars.length, before.answer.proven.to]).toEqual([0, parseDay('2017-08-15')]);
    const late = asking('1d', '2022-11-10', '2022-12-10', 'TOYC-EUR');
    const { stamps, asked } = await ask(late);
    expect(stamps).toEqual(truth(late));
    expect([stamps.length, asked.length]).toEqual([10, 2]);
  });

  it('that hold a kline which was not asked for are no answer', async () => {
    const other = (path: string): string =>
      path.replace('startTime=1740960000000', 'startTime=1740873600000');
    await expect(ask(asking('1h', '2025-03-03', '2025-03-04'), { path: other })).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: true,
      message: expect.stringContaining('a kline of 2025-03-02T00:00:00.000Z, which was not asked for'),
    });
  });

  it('that are in no order are no answer: what they leave out lies before the newest', async () => {
    const turned = ({ body }: Reply): Partial<Reply> => {
      const rows = JSON.parse(body.toString()) as unknown[];
      return { body: Buffer.from(JSON.stringify([...rows.slice(2), ...rows.slice(0, 2)])) };
    };
    await expect(ask(asking('1h', '2025-03-03', '2025-03-04'), { reply: turned })).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: true,
      message: expect.stringContaining('its klines are in no order'),
    });
    const twice = ({ body }: Reply): Partial<Reply> => {
      const rows = JSON.parse(body.toString()) as unknown[];
      return { body: Buffer.from(JSON.stringify(rows.flatMap((row) => [row, row]))) };
    };
    const { stamps } = await ask(asking('1h', '2025-03-03', '2025-03-04'), { reply: twice });
    expect(new Set(stamps)).toEqual(new Set(truth(asking('1h', '2025-03-03', '2025-03-04'))));
  });

  it.each([
    ['{}', 'it is {}, which is no list'],
    ['[1]', 'it has the row 1, which is no list'],
    ['[["1740960000000000000","1","1","1","1","1"]]', 'which is in neither ms nor µs'],
    ['[[1740960000000,"1","1","1","one","1"]]', 'it has the close "one", which is no number'],
    ['[[1740960000000,"1"', 'it does not parse'],
  ])('that are %s are no answer', async (body, why) => {
    const reply = (): Partial<Reply> => ({ body: Buffer.from(body) });
    await expect(ask(asking('1h', '2025-03-03', '2025-03-04'), { reply })).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: true,
      message: expect.stringContaining(why),
    });
  });

  it('have prices that are missing, stamps in µs and numbers that are no texts', async () => {
    const rows = [
      [1740960000000, '', '1', '1', '1', '1'],
      [1740963600000000, 2, 4, 1, 3, 10, 1740967199999999, 25, 7],
      [1740967200000, '3', '3', '3', '3', '0.00000000', 1740970799999, '0.00000000', 0],
      [1740970800000, '3', '3', '3', '3', '0.00000001', 1740974399999, '0.00000002', 1],
      [1740974400000, '', null, '', null, '1'],
    ];
    const { answer } = await ask(asking('1h', '2025-03-03', '2025-03-03'), {
      reply: (_, path) => ({
        body: Buffer.from(JSON.stringify(path.includes('startTime=1740960000000') ? rows : [])),
      }),
    });
    expect(answer.unusable).toMatchObject([
      { ts: 1740960000000, reason: 'its open is missing' },
      { ts: 1740974400000, reason: 'empty' },
    ]);
    expect(rowsOf(answer.bars)).toEqual([
      { ts: 1740963600000, open: 2, high: 4, low: 1, close: 3, volume: 10, vwap: 2.5, trades: 7 },
      { ts: 1740967200000, open: 3, high: 3, low: 3, close: 3, volume: 0, vwap: null, trades: 0 },
      { ts: 1740970800000, open: 3, high: 3, low: 3, close: 3, volume: 1e-8, vwap: null, trades: 1 },
    ]);
  });

  it('say what the prices are in', async () => {
    const { answer } = await ask(asking('1d', '2022-01-01', '2022-01-05', 'TOYC-EUR'));
    expect(answer).toMatchObject({
      identity: { currency: 'EUR', type: 'crypto' },
      wireBasis: 'raw',
      actions: [],
    });
  });
});

describe('a bar that is not over', () => {
  const now = Date.parse('2026-11-20T12:34:30Z');

  it.each([
    ['1m', '2026-11-20T12:33:00Z'],
    ['15m', '2026-11-20T12:15:00Z'],
    ['1h', '2026-11-20T11:00:00Z'],
  ] as const)('of %s is left out', async (interval, last) => {
    const { answer, stamps } = await ask(asking(interval, '2026-11-20', '2026-11-20', 'PSDO-USDT', now));
    expect(new Date(stamps.at(-1) ?? 0).toISOString()).toBe(last.replace('Z', '.000Z'));
    expect(answer).toMatchObject({ unfinished: 1, dropped: 1 });
    expect(answer.proven).toEqual({ from: parseDay('2026-11-20'), to: parseDay('2026-11-20') });
  });

  it('of a day that was asked for is as far as it got, and proven is what is over', async () => {
    const { answer, stamps } = await ask(asking('1d', '2026-11-18', '2026-11-20', 'PSDO-USDT', now));
    expect(stamps.map((ts) => formatDay(ts / 86_400_000))).toEqual([
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
    ]);
    expect(answer.proven).toEqual({ from: parseDay('2026-11-18'), to: parseDay('2026-11-20') });
    const whole = market.rows('PSDO-USDT', '1d', {
      from: parseDay('2026-11-20'),
      to: parseDay('2026-11-21'),
    });
    expect(answer.bars.volume[2]).toBeLessThan(whole[0]?.volume ?? 0);
  });

  it('is one by the server’s clock too, where ours is ahead', async () => {
    const early = { date: 'Thu, 19 Nov 2026 23:59:58 GMT' };
    const { answer, stamps } = await ask(asking('1h', '2026-11-19', '2026-11-20', 'PSDO-USDT', now), {
      reply: ({ headers }) => ({ headers: { ...headers, ...early } }),
    });
    expect(new Date(stamps.at(-1) ?? 0).toISOString()).toBe('2026-11-19T22:00:00.000Z');
    expect(answer.proven).toEqual({ from: parseDay('2026-11-19'), to: parseDay('2026-11-19') });
  });
});

describe('a refusal', () => {
  const said = (status: number, body: string, headers: Record<string, string> = {}, api = PUBLIC_API) =>
    refusalIn({ status, headers, body }, 'BTCUSDT', api);

  it.each([
    [503, '{"code":-1008,"msg":"Server is currently overloaded with other requests."}', 'throttled', true],
    [504, '{"code":-1007,"msg":"Timeout waiting for response from backend server."}', 'provider-fault', true],
    [400, '{"code":-1007,"msg":"Timeout waiting for response from backend server."}', 'provider-fault', true],
    [400, '{"code":-1003,"msg":"Too many requests."}', 'throttled', true],
    [400, '{"code":-1121,"msg":"Invalid symbol."}', 'unknown-ticker', false],
    [
      400,
      `{"code":-1100,"msg":"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z]$'."}`,
      'unknown-ticker',
      false,
    ],
    [400, `{"code":-1100,"msg":"Illegal characters found in parameter 'limit'."}`, 'bad-answer', false],
    [400, '{"code":-1102,"msg":"Mandatory parameter was not sent."}', 'bad-answer', false],
    [200, '{"code":-1121,"msg":"Invalid symbol."}', 'unknown-ticker', false],
    [401, '', 'unauthorized', false],
    [502, '<html>Bad Gateway</html>', 'provider-fault', true],
  ])('of %d %s counts as %s', (status, body, code, retryable) => {
    expect(said(status, body)).toMatchObject({ code, retryable });
  });

  it('is heard in place of klines, whatever its status', async () => {
    const reply = (): Partial<Reply> => ({ body: Buffer.from('{"code":-1121,"msg":"Invalid symbol."}') });
    await expect(ask(asking('1d', '2025-03-03', '2025-03-04'), { reply })).rejects.toMatchObject({
      code: 'unknown-ticker',
      message: 'Binance answered 200 for PSDOUSDT: Invalid symbol.',
    });
  });

  const banned = '{"code":-1003,"msg":"Way too much request weight used; IP banned until 1795176060000."}';

  it('says for how long: in a header, or by when a ban ends on its own clock; of one that is over nothing', () => {
    expect(said(418, banned, { 'retry-after': '7' }).retryAfterMs).toBe(7000);
    const until = new Date(1795176060000 - 60_000).toUTCString();
    expect(said(418, banned, { date: until }).retryAfterMs).toBe(60_000);
    expect(said(418, banned).retryAfterMs).toBeUndefined();
    expect(said(418, banned, { date: new Date(1795176061000).toUTCString() }).retryAfterMs).toBeUndefined();
  });

  it('of a place names what may do instead', () => {
    const words = '{\n  "code": 0,\n  "msg": "Service unavailable from a restricted location."\n}';
    expect(said(451, words, {}, 'https://api.binance.com').message).toBe(
      'Binance does not serve this place (451, api.binance.com): https://data-api.binance.vision, asked by default, ' +
        'may do. It said: Service unavailable from a restricted location.',
    );
    expect(said(451, words).message).toBe(
      'Binance does not serve this place (451, data-api.binance.vision): ask from another place. It said: Service ' +
        'unavailable from a restricted location.',
    );
  });
});

describe('the tickers of Binance', () => {
  it('are the pairs that trade', async () => {
    const { provider, asked } = await binance();
    expect(await provider.listTickers()).toEqual(['MOCK-USDT', 'PSDO-USDT']);
    expect(asked).toEqual([
      '/api/v3/exchangeInfo?permissions=SPOT&showPermissionSets=false&symbolStatus=TRADING',
    ]);
  });

  it('are the members of its crypto, without those of which the end is not told', async () => {
    const { provider, asked } = await binance({
      // As if every status were in the answer, whatever is asked for.
      path: (path) => path.replace('&symbolStatus=TRADING', ''),
    });
    const members = await provider.discover?.({ categories: ['crypto'], asOf: null, now: NOW });
    const untold = { name: null, exchange: null, listed: null, delisted: null };
    expect(members).toEqual(
      ['MOCK-USDT', 'PSDO-USDT'].map((ticker) => ({ ticker, type: 'crypto', ...untold, source: 'binance' })),
    );
    expect(asked).toHaveLength(1);
    expect(provider.capabilities.discovers).toEqual({ categories: ['crypto'], tellsDelisted: false });
  });

  it('are not read from what is no list', async () => {
    for (const body of ['{}', '[', 'null', '{"symbols":[{"status":"TRADING"'])
      await expect(
        binance({ reply: () => ({ body: Buffer.from(body) }) }).then(({ provider }) =>
          provider.listTickers(),
        ),
      ).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    const { provider } = await binance({ reply: () => ({ body: Buffer.from('{"symbols":{}}') }) });
    await expect(provider.discover?.({ categories: ['crypto'], asOf: null, now: NOW })).rejects.toMatchObject(
      { code: 'bad-answer', retryable: true },
    );
  });
});
