import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { type Gate, OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider, ProviderConfig } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { serve } from './http/loopback.ts';

// Servers whose pages never end: each says where the next one is, and that is never where one was before.

const NOW = Date.parse('2023-12-10T18:54:00Z');
const RANGE = { from: parseDay('2023-01-03'), to: parseDay('2023-02-01') };
const HOUR_MS = 3_600_000;

/** Every fault shows at once. */
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };

const SECRETS = {
  key: 'KEY-OF-OURS',
  secret: 'SECRET-OF-OURS',
  accessKey: 'ACCESS-OF-OURS',
  secretKey: 'SIGNED-OF-OURS',
};

/** What a path is answered with; `page` counts from 0, `host` is where the server is. Undefined: an empty list that ends. */
type Answer = (asked: {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly page: number;
  readonly host: string;
}) => object | string | undefined;

const NO_FILE = '<Error><Code>NoSuchKey</Code><Message>none</Message></Error>';

const endlessKeys = (page: number): string =>
  '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a</Key></Contents>' +
  `<NextContinuationToken>${page}</NextContinuationToken></ListBucketResult>`;

const NOTHING = {
  polygon: { status: 'OK', results: [], resultsCount: 0 },
  alpaca: { corporate_actions: {}, bars: {}, next_page_token: null },
  sample: {},
  binance: [],
};

async function endless(config: ProviderConfig & { readonly id: keyof typeof NOTHING }, answer: Answer) {
  const pages = new Map<string, number>();
  const url = await serve((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://any');
    const page = pages.get(path) ?? 0;
    pages.set(path, page + 1);
    const said = answer({ path, query, page, host: `http://${request.headers.host}` }) ?? NOTHING[config.id];
    // A run that goes on all the same fails here rather than never.
    if (page > 5000) request.socket.destroy();
    else
      response
        .writeHead(said === NO_FILE ? 404 : 200)
        .end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  const provider = await openProvider({ ...config, url: url.origin }, ONE_TRY, SECRETS);
  return { provider, most: () => Math.max(...pages.values()) };
}

const bars =
  (ticker = 'AAPL', interval: '1d' | '1m' = '1d') =>
  (provider: Provider): Promise<unknown> =>
    provider.fetchBars({ series: { ticker, interval }, range: RANGE, now: NOW });
const listing =
  (category: 'us_equities' | 'options' = 'us_equities') =>
  async (provider: Provider): Promise<unknown> =>
    provider.discover?.({ categories: [category], asOf: null, now: NOW });

const dayOf = (n: number): number => Date.parse('2023-01-03T05:00:00Z') + n * 24 * HOUR_MS;
const polygonBar = (t: number) => ({ t, o: 1, h: 1, l: 1, c: 1, v: 1 });
const polygonPage = (results: readonly object[], page: number, host: string, path: string) => ({
  ...{ status: 'OK', ticker: 'AAPL', results, resultsCount: results.length },
  next_url: `${host}${path}?z=${page}`,
});
const polygonBars =
  (rowsOf: (page: number) => readonly number[]): Answer =>
  ({ path, page, host }) =>
    path.startsWith('/v2/aggs/') ? polygonPage(rowsOf(page).map(polygonBar), page, host, path) : undefined;
const polygonList =
  (part: string, row: object): Answer =>
  ({ path, page, host }) =>
    path.includes(part) ? polygonPage([row], page, host, path) : undefined;
const alpacaBar = (day: number) => ({
  ...{ t: new Date(dayOf(day)).toISOString(), o: 1, h: 1, l: 1, c: 1, v: 1, n: 1, vw: 1 },
});
const sampleHead = {
  ...{ currency: 'USD', exchange: 'XNYS', type: 'equity', firstTrade: null, delistedOn: null },
  ...{ actions: [], quiet: [] },
};

const POLYGON = { id: 'polygon', settings: { tier: 'advanced' } } as const;
const SAME = /goes on with pages that bring nothing new$/;

describe('pages that never end', () => {
  it.each<readonly [string, Parameters<typeof endless>[0], Answer, (provider: Provider) => Promise<unknown>]>(
    [
      ['polygon: the same bars', POLYGON, polygonBars(() => [dayOf(0), dayOf(1)]), bars()],
      ['polygon: bars that go back', POLYGON, polygonBars((page) => [dayOf(20 - page)]), bars()],
      ['polygon: the same splits', POLYGON, polygonList('splits', SPLIT()), bars()],
      ['polygon: the same dividends', POLYGON, polygonList('dividends', DIVIDEND()), bars()],
      ['polygon: the same tickers', POLYGON, polygonList('/v3/reference/tickers', TICKER()), listing()],
      [
        'alpaca: the same bars',
        { id: 'alpaca' },
        ({ path, page }) =>
          path.includes('bars') ? { bars: { AAPL: [alpacaBar(0)] }, next_page_token: `${page}` } : undefined,
        bars(),
      ],
      [
        'alpaca: the same splits',
        { id: 'alpaca' },
        ({ path, page }) =>
          path.includes('corporate')
            ? {
                corporate_actions: {
                  forward_splits: [{ symbol: 'AAPL', ex_date: '2023-01-05', new_rate: 2, old_rate: 1 }],
                },
                next_page_token: `${page}`,
              }
            : undefined,
        bars(),
      ],
      [
        'sample: the same bars',
        { id: 'sample' },
        ({ page }) => ({
          ...{ asOf: NOW, next: `${page}` },
          series: [{ symbol: 'ALFA', ...sampleHead, bars: [[dayOf(0), 1, 1, 1, 1, 1, null, null]] }],
        }),
        bars('ALFA'),
      ],
      [
        'sample: the same instruments',
        { id: 'sample' },
        ({ page }) => ({
          instruments: [{ symbol: 'ALFA', name: 'A', ...sampleHead }],
          ...{ next: `${page}` },
        }),
        listing(),
      ],
      [
        'the files of polygon: the same keys of a month',
        { id: 'polygon', settings: { source: 'flat', tier: 'advanced' } },
        ({ path, page }) =>
          path.startsWith('/flatfiles') ? (path.endsWith('.gz') ? NO_FILE : endlessKeys(page)) : undefined,
        bars('AAPL', '1m'),
      ],
    ],
  )('are given up at the first that brings nothing new: %s', async (_, config, answer, ask) => {
    const { provider, most } = await endless(config, answer);
    await expect(ask(provider)).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: false },
      message: expect.stringMatching(SAME),
    });
    expect(most()).toBe(2);
  });

  it('may have no row a few times', async () => {
    const { provider, most } = await endless(
      POLYGON,
      polygonBars(() => []),
    );
    await expect(bars()(provider)).rejects.toMatchObject({ message: expect.stringMatching(SAME) });
    expect(most()).toBe(11);
    const some = await endless(POLYGON, ({ path, page, host }) => {
      if (!path.startsWith('/v2/aggs/')) return undefined;
      const { next_url: next, ...last } = polygonPage(
        page < 3 ? [] : [polygonBar(dayOf(0))],
        ...([page, host, path] as const),
      );
      return page < 3 ? { ...last, next_url: next } : last;
    });
    expect(await bars()(some.provider)).toMatchObject({ bars: { length: 1 } });
  });

  it('are given up where they are far more than the range can fill, whatever they bring', async () => {
    // 20 sessions are a page of 50,000 rows.
    const { provider, most } = await endless(
      POLYGON,
      polygonBars((page) => [dayOf(0) + page]),
    );
    await expect(bars()(provider)).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: false },
      message: 'polygon goes on after 24 pages, which is far more than what was asked for can fill',
    });
    expect(most()).toBe(24);
  });

  it('are given up as well where each begins where the one before ended', async () => {
    const { provider, most } = await endless({ id: 'binance' }, ({ query }) => {
      const from = Number(query.get('startTime'));
      return [[from, '1', '1', '1', '1', '1', from + 24 * HOUR_MS - 1, '1', 1, '1', '1', '0']];
    });
    await expect(bars('BTC-USDT')(provider)).rejects.toMatchObject({
      message: 'binance goes on after 24 pages, which is far more than what was asked for can fill',
    });
    expect(most()).toBe(24);
  });
});

function SPLIT() {
  return { ticker: 'AAPL', execution_date: '2023-01-05', split_from: 1, split_to: 2 };
}

function DIVIDEND() {
  return { ticker: 'AAPL', ex_dividend_date: '2023-01-05', cash_amount: 0.2, currency: 'USD' };
}

function TICKER() {
  return { ticker: 'AAPL', name: 'Apple', market: 'stocks', type: 'CS', active: true, locale: 'us' };
}
