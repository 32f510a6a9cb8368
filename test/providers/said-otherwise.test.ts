import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { ProviderConfig, Secrets } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';

// Answers as real servers are known to word them, or may, beside those that were recorded: each gives its rows, or is an error
// that says what it is; none is a success without rows.

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Reply {
  readonly status?: number;
  readonly body: string;
}

interface Asked {
  readonly id: string;
  readonly ticker: string;
  readonly interval?: Interval;
  readonly settings?: ProviderConfig['settings'];
  readonly secrets?: Secrets;
  /** What is said to a request for anything but bars; undefined: the same. */
  readonly besides?: (path: string) => string | undefined;
}

const NOW = Date.parse('2024-03-20T12:00:00Z');

/** Closes by session, of a week of March 2024, or the code of the error. */
async function hears({ status = 200, body }: Reply, asked: Asked): Promise<unknown> {
  const { id, ticker, interval = '1d', settings = {}, secrets = {}, besides = () => undefined } = asked;
  const server = createServer(({ url = '' }, response) => {
    const other = besides(url);
    response.writeHead(other === undefined ? status : 200).end(other ?? body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };
  const config = { id, url: `http://127.0.0.1:${port}`, timeoutMs: 5000, settings };
  const provider = await openProvider(config, gate, secrets);
  const range = { from: parseDay('2024-03-11'), to: parseDay('2024-03-16') };
  try {
    const { bars } = await provider.fetchBars({ series: { ticker, interval }, range, now: NOW });
    return Object.fromEntries(
      [...bars.ts].map((ts, i) => [
        interval === '1d' ? formatDay(utcDayOf(ts)) : new Date(ts).toISOString(),
        bars.close[i],
      ]),
    );
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** What answers say: status, body, and what is heard. */
type Case = readonly [what: string, body: string, heard: unknown, status?: number];

function describeAnswers(asked: Asked, cases: readonly Case[]): void {
  describe(`${asked.id}, ${asked.ticker} ${asked.interval ?? '1d'}`, () => {
    it.each(cases.map((one) => [one[0], one] as const))(
      'hears %s',
      async (_, [, body, heard, status = 200]) => {
        expect(await hears({ status, body }, asked)).toEqual(heard);
      },
    );
  });
}

const HTML = '<html><head><title>429 Too Many Requests</title></head></html>';
const BOM = '\uFEFF';

const WEEK = { '2024-03-11': 1.5, '2024-03-12': 2.5 };
const csv = (end = '\r\n', heading = 'timestamp,open,high,low,close,volume'): string =>
  [heading, '2024-03-12,2,3,2,2.5,100', '2024-03-11,1,2,1,1.5,100', ''].join(end);
const own = (close: string, more: object = {}): object => ({
  ...{ '1. open': '1.0', '2. high': '3', '3. low': '1.00', '4. close': close },
  ...more,
});
const json = (name: string, rows: object, symbol = 'IBM'): string =>
  JSON.stringify({ 'Meta Data': { '1. Information': 'x', '2. Symbol': symbol }, [name]: rows });
const says = (field: string, text: string): string => JSON.stringify({ [field]: text });
const PREMIUM = { settings: { tier: '75', actions: 'none' }, secrets: { key: 'KEY' } };

describeAnswers({ id: 'alphavantage', ticker: 'IBM', ...PREMIUM }, [
  ['CSV with line ends of Windows', csv(), WEEK],
  ['CSV with line ends of Unix', csv('\n'), WEEK],
  ['CSV after a byte order mark', BOM + csv(), WEEK],
  ['CSV before empty lines', `${csv()}\r\n\r\n`, WEEK],
  [
    'CSV with its columns in another order',
    'timestamp,close,open,low,high,volume\n2024-03-11,1.5,1,1,2,9\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV of adjusted bars',
    'timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n2024-03-11,1,2,1,1.5,1.4,9,0.0000,1.0\r\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV in quotes',
    'timestamp,open,high,low,close,volume\r\n"2024-03-11","1","2","1","1.5","9"\r\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV of minutes in place of days',
    csv().replaceAll('2024-03-1', '2024-03-11 09:3').replaceAll('11 09:32', '11 09:32:00'),
    'bad-answer',
  ],
  ['CSV within a row', csv().slice(0, -6), { '2024-03-12': 2.5 }],
  ['CSV of another table', 'symbol,name\r\nIBM,x\r\n', 'bad-answer'],
  ['nothing', '', 'bad-answer'],
  ['a line without its end', 'timestamp,open,high,low,close,volume', 'bad-answer'],
  [
    'JSON of days',
    json('Time Series (Daily)', {
      '2024-03-12': own('2.5', { '5. volume': '100' }),
      '2024-03-11': own('1.5', { '5. volume': '100' }),
    }),
    WEEK,
  ],
  [
    'JSON of adjusted days',
    json('Time Series (Daily)', {
      '2024-03-11': own('1.5', {
        '5. adjusted close': '1.1',
        '6. volume': '100',
        '7. dividend amount': '0.0000',
        '8. split coefficient': '1.0',
      }),
    }),
    { '2024-03-11': 1.5 },
  ],
  [
    'JSON after a byte order mark',
    BOM + json('Time Series (Daily)', { '2024-03-11': own('1.5', { '5. volume': '1' }) }),
    { '2024-03-11': 1.5 },
  ],
  [
    'JSON of another symbol',
    json('Time Series (Daily)', { '2024-03-11': own('1.5', { '5. volume': '1' }) }, 'AAPL'),
    'bad-answer',
  ],
  [
    'JSON of minutes in place of days',
    json('Time Series (5min)', {
      '2024-03-11 09:35:00': own('1.5', { '5. volume': '1' }),
      '2024-03-11 09:30:00': own('1.5', { '5. volume': '1' }),
    }),
    'bad-answer',
  ],
  ['an object without anything', '{}', 'bad-answer'],
  ['an object without rows', '{"Meta Data":{"2. Symbol":"IBM"}}', 'bad-answer'],
  ['a list', '[]', 'bad-answer'],
  [
    'the call frequency, as of 2018',
    says(
      'Note',
      'Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day.',
    ),
    'throttled',
  ],
  [
    'the call volume, as of 2018',
    says(
      'Information',
      'Thank you for using Alpha Vantage! Please visit https://www.alphavantage.co/premium/ if you would like to have a higher API call volume.',
    ),
    'throttled',
  ],
  [
    'the requests of a day, as of 2022',
    says('Note', 'You have reached the 100 requests/day limit for your free API key.'),
    'quota-exhausted',
  ],
  [
    'the requests of a day, as of 2023',
    says(
      'Information',
      'We have detected your API key as XXX and our standard API rate limit is 25 requests per day.',
    ),
    'quota-exhausted',
  ],
  [
    'the requests of a second',
    BOM +
      says(
        'Information',
        'Please consider spreading out your free API requests more sparingly (1 request per second). 25 requests per day',
      ),
    'throttled',
  ],
  [
    'the requests of a minute',
    says('Information', 'Our standard API rate limit is 75 requests per minute.'),
    'throttled',
  ],
  [
    'a premium endpoint',
    says('Information', 'Thank you! This is a premium endpoint. You may subscribe.'),
    'not-entitled',
  ],
  [
    'a wrong key',
    says('Error Message', 'the parameter apikey is invalid or missing. Please claim your free API key'),
    'unauthorized',
  ],
  [
    'a bad symbol',
    says('Error Message', 'Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.'),
    'unknown-ticker',
  ],
  ['a page', HTML, 'bad-answer'],
  ['a page of 503', HTML, 'provider-fault', 503],
  ['a page of 429', HTML, 'throttled', 429],
]);

const at = '2024-03-11T09:30:00-04:00';
describeAnswers({ id: 'alphavantage', ticker: 'IBM', interval: '5m', ...PREMIUM }, [
  [
    'JSON of five minutes',
    json('Time Series (5min)', {
      '2024-03-11 09:35:00': own('2.5', { '5. volume': '1' }),
      '2024-03-11 09:30:00': own('1.5', { '5. volume': '1' }),
    }),
    { [new Date(at).toISOString()]: 1.5, [new Date(Date.parse(at) + 300_000).toISOString()]: 2.5 },
  ],
  [
    'CSV of five minutes',
    'timestamp,open,high,low,close,volume\r\n2024-03-11 09:30:00,1,2,1,1.5,9\r\n',
    { [new Date(at).toISOString()]: 1.5 },
  ],
  ['days in place of minutes', csv(), 'bad-answer'],
]);

const bar = (t: string, more: object = {}): object => ({
  t,
  o: 1,
  h: 2,
  l: 1,
  c: 1.5,
  v: 10,
  n: 2,
  vw: 1.2,
  ...more,
});
const page = (bars: unknown, token: unknown = null): string =>
  JSON.stringify({ bars, next_page_token: token });
const ALPACA = {
  ...{ id: 'alpaca', secrets: { keyId: 'id', secretKey: 'key' } },
  besides: (path: string) =>
    path.startsWith('/v1/corporate-actions') ? '{"corporate_actions":{},"next_page_token":null}' : undefined,
};
const MONDAY = { '2024-03-11': 1.5 };

describeAnswers({ ...ALPACA, ticker: 'AAPL' }, [
  ['a page', page({ AAPL: [bar('2024-03-11T04:00:00Z')] }), MONDAY],
  ['a page after a byte order mark', BOM + page({ AAPL: [bar('2024-03-11T04:00:00Z')] }), MONDAY],
  ['an empty token', page({ AAPL: [bar('2024-03-11T04:00:00Z')] }, ''), MONDAY],
  ['no token', JSON.stringify({ bars: { AAPL: [bar('2024-03-11T04:00:00Z')] } }), MONDAY],
  ['the same token for ever', page({ AAPL: [bar('2024-03-11T04:00:00Z')] }, 'again'), 'bad-answer'],
  [
    'the page of one symbol',
    JSON.stringify({ bars: [bar('2024-03-11T04:00:00Z')], symbol: 'AAPL', next_page_token: null }),
    MONDAY,
  ],
  ['nanoseconds', page({ AAPL: [bar('2024-03-11T04:00:00.000000000Z')] }), MONDAY],
  ['another offset', page({ AAPL: [bar('2024-03-11T00:00:00-04:00')] }), MONDAY],
  [
    'no vwap and no trades',
    page({ AAPL: [bar('2024-03-11T04:00:00Z', { n: undefined, vw: null })] }),
    MONDAY,
  ],
  ['fields that are new', page({ AAPL: [bar('2024-03-11T04:00:00Z', { x: 'V', currency: 'USD' })] }), MONDAY],
  ['numbers as texts', page({ AAPL: [bar('2024-03-11T04:00:00Z', { c: '1.5' })] }), 'bad-answer'],
  ['epoch seconds', page({ AAPL: [{ ...bar(''), t: 1_710_129_600 }] }), 'bad-answer'],
  ['another symbol', page({ MSFT: [bar('2024-03-11T04:00:00Z')] }), 'bad-answer'],
  ['null in place of a list', page({ AAPL: null }), 'bad-answer'],
  ['nothing', '', 'bad-answer'],
  ['an object without anything', '{}', 'bad-answer'],
  ['an invalid symbol', '{"message":"invalid symbol: AAPL"}', 'unknown-ticker', 400],
  [
    'an invalid symbol, as 422 with a code',
    '{"code":42210000,"message":"invalid symbol(s): AAPL"}',
    'unknown-ticker',
    422,
  ],
  ['a request that it takes amiss', '{"message":"end should not be before start"}', 'bad-answer', 400],
  [
    'a wrong key, as a page',
    '<html><head><title>401 Authorization Required</title></head></html>',
    'unauthorized',
    401,
  ],
  ['a wrong key, as JSON', '{"code":40110000,"message":"request is not authorized"}', 'unauthorized', 401],
  ['keys that may not', '{"message":"forbidden."}', 'not-entitled', 403],
  ['recent bars', '{"message":"subscription does not permit querying recent SIP data"}', 'not-entitled', 403],
  ['too many requests', '{"message":"too many requests."}', 'throttled', 429],
  ['too many requests, as a page', HTML, 'throttled', 429],
  ['an error of its own', '{"message":"internal server error"}', 'provider-fault', 500],
  ['a page of something in between', '<html>nginx</html>', 'provider-fault', 404],
  ['a page in place of an answer', HTML, 'bad-answer'],
]);

const hours = ['00', '23'].map((hour) => bar(`2024-03-11T${hour}:00:00Z`, { v: 0.25 }));
describeAnswers({ ...ALPACA, ticker: 'BTC-USD' }, [
  ['hours of a pair', page({ 'BTC/USD': hours }), MONDAY],
  ['hours of a pair without its slash', page({ BTCUSD: hours }), 'bad-answer'],
  ['hours twice', page({ 'BTC/USD': [...hours, ...hours] }), 'bad-answer'],
]);

const ms = Date.parse('2024-03-11T00:00:00Z');
const kline = (open: number | string = ms, more: readonly unknown[] = ['0']): unknown[] => [
  ...[open, '1.0', '2.0', '1.0', '1.50', '10.0', ms + 86_399_999, '12.0', 3, '5.0', '6.0'],
  ...more,
];
const klines = (...rows: readonly unknown[]): string => JSON.stringify(rows);

// What follows a page of klines is an empty one.
const next = (path: string): string | undefined => (path.includes(`startTime=${ms}&`) ? undefined : '[]');
describeAnswers({ id: 'binance', ticker: 'BTC-USDT', besides: next }, [
  ['twelve columns', klines(kline()), MONDAY],
  ['more columns', klines(kline(ms, ['0', 'new'])), MONDAY],
  ['numbers that are no texts', klines([ms, 1, 2, 1, 1.5, 10, ms + 86_399_999, 12, 3]), MONDAY],
  ['microseconds', klines(kline(ms * 1000)), MONDAY],
  ['a stamp as text', klines(kline(String(ms))), MONDAY],
  ['klines after a byte order mark', BOM + klines(kline()), MONDAY],
  ['seconds', klines(kline(ms / 1000)), 'bad-answer'],
  ['a kline that was not asked for', klines(kline(ms - 864e5 * 9)), 'bad-answer'],
  ['an object', '{"klines":[]}', 'bad-answer'],
  ['nothing', '', 'bad-answer'],
  ['an invalid symbol', '{"code":-1121,"msg":"Invalid symbol."}', 'unknown-ticker', 400],
  ['an invalid symbol, as of 200', '{"code":-1121,"msg":"Invalid symbol."}', 'unknown-ticker'],
  [
    'illegal characters',
    `{"code":-1100,"msg":"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."}`,
    'unknown-ticker',
    400,
  ],
  ['an invalid interval', '{"code":-1120,"msg":"Invalid interval."}', 'unsupported-interval', 400],
  [
    'another mistake',
    `{"code":-1102,"msg":"Mandatory parameter 'interval' was not sent."}`,
    'bad-answer',
    400,
  ],
  [
    'too much weight',
    '{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE."}',
    'throttled',
    429,
  ],
  [
    'a ban',
    '{"code":-1003,"msg":"Way too much request weight used; IP banned until 1660090423228."}',
    'throttled',
    418,
  ],
  ['a busy server', '{"code":-1008,"msg":"Request throttled by system-level protection."}', 'throttled', 503],
  [
    'a time-out',
    '{"code":-1007,"msg":"Timeout waiting for response from backend server."}',
    'provider-fault',
    408,
  ],
  [
    'a place that it does not serve',
    '{"code":0,"msg":"Service unavailable from a restricted location"}',
    'not-entitled',
    451,
  ],
  [
    'its firewall',
    '<HTML><TITLE>ERROR: The request could not be satisfied</TITLE></HTML>',
    'not-entitled',
    403,
  ],
  ['a page', HTML, 'bad-answer'],
  ['a page of 502', HTML, 'provider-fault', 502],
]);

const chart = (result: unknown, error: unknown = null): string =>
  JSON.stringify({ chart: { result, error } });
const open = ['2024-03-11', '2024-03-12'].map((day) => Date.parse(`${day}T13:30:00Z`) / 1000);
const meta = {
  ...{ currency: 'USD', symbol: 'IBM', exchangeName: 'NYQ', instrumentType: 'EQUITY', dataGranularity: '1d' },
  ...{ exchangeTimezoneName: 'America/New_York', firstTradeDate: -252_322_200, regularMarketTime: open[1] },
};
const quote = { open: [1, 1], high: [2, 3], low: [1, 1], close: [1.5, 2.5], volume: [9, 9] };
const charted = (otherMeta: object = {}, others: object = {}): string =>
  chart([{ meta: { ...meta, ...otherMeta }, timestamp: open, indicators: { quote: [quote] }, ...others }]);
const none = { code: 'Not Found', description: 'No data found, symbol may be delisted' };
const ofRange = `1m data not available for startTime=1 and endTime=2. The requested range must be within the last 30 days.`;

describeAnswers({ id: 'yahoo', ticker: 'IBM' }, [
  ['a chart', charted(), WEEK],
  ['a chart after a byte order mark', BOM + charted(), WEEK],
  ['a currency of null', charted({ currency: null }), WEEK],
  ['a first trade of null', charted({ firstTradeDate: null, regularMarketTime: null }), WEEK],
  [
    'nulls in a row',
    charted(
      {},
      {
        indicators: {
          quote: [{ ...quote, ...Object.fromEntries(Object.keys(quote).map((name) => [name, [null, 2]])) }],
        },
      },
    ),
    { '2024-03-12': 2 },
  ],
  [
    'a live row',
    charted({ regularMarketTime: open[1]! + 600 }, { timestamp: [open[0], open[1]! + 600] }),
    MONDAY,
  ],
  ['another symbol', charted({ symbol: 'AAPL' }), 'bad-answer'],
  ['another interval', charted({ dataGranularity: '1wk' }), 'bad-answer'],
  ['no stamps beside prices', charted({}, { timestamp: undefined }), 'bad-answer'],
  ['an error of 200', chart(null, none), 'bad-answer'],
  ['an unknown symbol', chart(null, none), 'unknown-ticker', 404],
  ['an unknown symbol, as text', `404 Not Found: ${none.description}`, 'unknown-ticker', 404],
  [
    'an unknown symbol, in another frame',
    JSON.stringify({ finance: { result: null, error: none } }),
    'unknown-ticker',
    404,
  ],
  ['a page of 404', '<html>nginx</html>', 'provider-fault', 404],
  [
    'before a listing',
    chart(null, { code: 'Bad Request', description: "Data doesn't exist for startDate = 1, endDate = 2" }),
    'no-data',
    400,
  ],
  [
    'out of its reach',
    chart(null, { code: 'Unprocessable Entity', description: ofRange }),
    'out-of-range',
    422,
  ],
  [
    'an invalid crumb',
    JSON.stringify({
      finance: { result: null, error: { code: 'Unauthorized', description: 'Invalid Crumb' } },
    }),
    'unauthorized',
    401,
  ],
  ['a page of 401', HTML, 'unauthorized', 401],
  ['a page of 429', HTML, 'throttled', 429],
  ['a text of 429', 'Edge: Too Many Requests', 'throttled', 429],
  ['an error of its own', chart(null, { code: 'internal-error', description: 'x' }), 'provider-fault', 500],
  ['a page', '<html>Will be right back</html>', 'provider-fault'],
  ['nothing', '', 'provider-fault'],
]);
