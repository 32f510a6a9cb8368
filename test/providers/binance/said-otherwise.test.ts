import { BOM, HTML, describeAnswers } from '../hearing.ts';

// How Binance words its answers, or may, beside those that were recorded.

const MONDAY = { '2024-03-11': 1.5 };
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
