import { BOM, HTML, describeAnswers } from '../hearing.ts';

// How Alpaca words its answers, or may, beside those that were recorded.

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
  ['hours twice', page({ 'BTC/USD': [...hours, ...hours] }), MONDAY],
]);
