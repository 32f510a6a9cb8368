import { BOM, HTML, describeAnswers } from '../hearing.ts';

// How Yahoo words its answers, or may, beside those that were recorded.

const WEEK = { '2024-03-11': 1.5, '2024-03-12': 2.5 };
const MONDAY = { '2024-03-11': 1.5 };
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
