// Polygon's server, which calls itself Massive now, as recorded and documented until 2026:
//
//   GET /v2/aggs/ticker/AAPL/range/1/day/2024-01-02/2024-03-01?adjusted=false&sort=asc&limit=50000
//   GET /v2/aggs/grouped/locale/us/market/stocks/2024-01-02?adjusted=false&include_otc=true
//   GET /v3/reference/splits?ticker=AAPL&execution_date.gte=2024-01-02&limit=1000
//   GET /v3/reference/dividends?ex_dividend_date.gt=2024-01-02&ex_dividend_date.lte=2024-01-03
//   GET /v3/reference/tickers?market=stocks&active=false[&date=2024-01-02]
//   GET /v3/reference/options/contracts?expired=false[&as_of=2024-01-02]
//   GET /flatfiles/us_stocks_sip/day_aggs_v1/2024/01/2024-01-02.csv.gz      signed, as of S3
//
// with `Authorization: Bearer KEY` or `apiKey=KEY`. Pages follow at `next_url`, which has no key. Prices are as traded; a day of
// shares begins at midnight in New York, but in the bars of all of them it is stamped with its end. What a key reaches is its
// plan's: what begins too early begins later, without a word.

import type { OwnWire } from '../own-wire.ts';
import { marketByClock } from '../clock-rows.ts';
import { bucketAnswer, refusal } from '../s3/bucket.ts';
import type { Wire } from '../wire.ts';
import { askedBars, barsPage, groupedPage } from './bars.ts';
import { REFUSALS } from './errors.ts';
import { askedFile, flatBucket } from './flat.ts';
import { planOf } from './keys.ts';
import { listPage } from './pages.ts';
import { actionRows, contractRows, tickerRows } from './reference.ts';
import { symbolIn, tickerIn } from './symbols.ts';

const MINUTE = 60_000;

const INTERVALS: Readonly<Record<number, string>> = {
  [MINUTE]: '1m',
  [5 * MINUTE]: '5m',
  [15 * MINUTE]: '15m',
  [30 * MINUTE]: '1h',
  [60 * MINUTE]: '1h',
  [1440 * MINUTE]: '1d',
};

const GROUPED = '/v2/aggs/grouped/locale/us/market/stocks/';

export const polygon: OwnWire = {
  answer: (request, market, now) => {
    const ofBucket = bucketAnswer(request, flatBucket(market, now));
    if (ofBucket !== undefined) return ofBucket;
    const plan = planOf(request);
    if ('body' in plan) return plan;
    const { path } = request;
    const asked = askedBars(path);
    if (asked !== undefined) return barsPage(request, asked, plan, market, now);
    if (path.startsWith(GROUPED)) return groupedPage(request, path.slice(GROUPED.length), plan, market, now);
    const list = Object.hasOwn(LISTS, path) ? LISTS[path] : undefined;
    return list === undefined ? REFUSALS.notFound : list(request, market, now);
  },
  askedSeries: ({ path, query }) => {
    const asked = askedBars(path);
    if (asked !== undefined)
      return { symbol: tickerIn(asked.symbol), interval: INTERVALS[asked.lengthMs] ?? null };
    if (path.startsWith(GROUPED)) return { symbol: path.slice(GROUPED.length), interval: '1d' };
    const file = askedFile(path);
    if (file !== undefined) return file;
    const symbol = query.get('ticker');
    return { symbol: symbol === null ? null : tickerIn(symbol), interval: null };
  },
  marketOf: ({ path }, market, now) => marketByClock(market, askedBars(path)?.lengthMs ?? 0, now),
  symbolOf: symbolIn,
  keyParameters: ['apiKey'],
  tooFast: (_, { path }) => (path.startsWith('/flatfiles/') ? refusal(503, 'SlowDown') : REFUSALS.tooFast),
};

const LISTS: Readonly<Record<string, Wire>> = {
  '/v3/reference/splits': (request, market, now) =>
    listPage(request, (query) => actionRows('split', query, market, now)),
  '/v3/reference/dividends': (request, market, now) =>
    listPage(request, (query) => actionRows('dividend', query, market, now)),
  '/v3/reference/tickers': (request, market, now) =>
    listPage(request, (query) => tickerRows(query, market, now)),
  '/v3/reference/options/contracts': (request, market, now) =>
    listPage(request, (query) => contractRows(query, market, now)),
};
