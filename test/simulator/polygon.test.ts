import { afterEach, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { NOW, start, stopAll } from './running.ts';

// NOW is a Friday before the open.

afterEach(stopAll);

const MARKET = sampleMarket();

interface Body {
  readonly status: string;
  readonly results?: readonly Readonly<Record<string, number | string>>[];
  readonly resultsCount?: number;
  readonly next_url?: string;
  readonly error?: string;
  readonly message?: string;
  readonly request_id: string;
}

async function said(url: string, path: string, key: string | null = POLYGON_KEYS.advanced) {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(path.startsWith('http') ? path : `${url}${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const bars = (symbol: string, window: string, from: string, to: string, more = '&limit=50000') =>
  `/v2/aggs/ticker/${symbol}/range/${window}/${from}/${to}?adjusted=false&sort=asc${more}`;

describe('the wire of polygon', () => {
  it.each([
    [
      'no key',
      null,
      bars('ALFA', '1/day', '2026-11-09', '2026-11-13'),
      400,
      'ERROR',
      'API Key was not provided',
    ],
    ['another key', 'x', bars('ALFA', '1/day', '2026-11-09', '2026-11-13'), 401, 'ERROR', 'Unknown API Key'],
    [
      'what a plan does not have',
      POLYGON_KEYS.free,
      bars('I:SPX', '1/day', '2026-11-09', '2026-11-13'),
      403,
      'NOT_AUTHORIZED',
      'You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing',
    ],
    ...[
      ['days that are all too old', '2023-11-06', '2024-11-19'],
      ['today with a free key', '2026-11-16', '2026-11-20'],
      ['the future', '2026-11-23', '2026-11-24'],
    ].map(
      ([what = '', from = '', to = '']) =>
        [
          ...[what, POLYGON_KEYS.free, bars('ALFA', '1/day', from, to), 403, 'NOT_AUTHORIZED'],
          "Your plan doesn't include this data timeframe. Please upgrade your plan at https://massive.com/pricing",
        ] as [string, string, string, number, string, string],
    ),
    [
      'too many bars of a page',
      POLYGON_KEYS.free,
      bars('ALFA', '1/day', '2026-11-09', '2026-11-13', '&limit=50001'),
      400,
      'ERROR',
      "Could not parse the parameter: 'limit': 50001",
    ],
    ['no such path', POLYGON_KEYS.free, '/v9/none', 404, 'NOT_FOUND', 'Not found.'],
  ])('refuses %s in the words of its server', async (_, key, path, status, of, words) => {
    const { url } = await start({ wire: 'polygon' });
    const answer = await said(url, path, key);
    expect([answer.status, answer.body.status, answer.body.error ?? answer.body.message]).toEqual([
      status,
      of,
      words,
    ]);
    expect(answer.body.request_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says nothing of a range that begins before the reach of a plan, and begins later', async () => {
    const { url } = await start({ wire: 'polygon' });
    const path = bars('ALFA', '1/day', '2022-11-07', '2026-11-13');
    const free = await said(url, path, POLYGON_KEYS.free);
    const first = (body: Body): string => new Date(Number(body.results?.[0]?.['t'])).toISOString();
    expect([free.status, free.body.status, first(free.body)]).toEqual([
      200,
      'OK',
      '2024-11-20T05:00:00.000Z',
    ]);
    const starter = await said(url, path, POLYGON_KEYS.starter);
    expect([starter.body.status, first(starter.body)]).toEqual(['DELAYED', '2022-11-07T05:00:00.000Z']);
  });

  it('has no results of a symbol that there is not, and none of a Saturday', async () => {
    const { url } = await start({ wire: 'polygon' });
    for (const [symbol, from, to] of [
      ['NOPE', '2026-11-09', '2026-11-13'],
      ['ALFA', '2026-11-14', '2026-11-15'],
    ] as const) {
      const { status, body } = await said(url, bars(symbol, '1/day', from, to));
      expect([status, body.status, body.resultsCount, 'results' in body]).toEqual([200, 'OK', 0, false]);
    }
  });

  it('counts a page in base bars, and goes on where it ended, without a key in the address', async () => {
    const { url } = await start({ wire: 'polygon' });
    // 150 minutes are ten bars of fifteen.
    let next: string | undefined = bars(
      'ALFA',
      '15/minute',
      '2026-11-16',
      '2026-11-18',
      '&limit=150&apiKey=x',
    );
    const stamps: number[] = [];
    let pages = 0;
    for (; next !== undefined; pages++) {
      const { body } = await said(url, next);
      expect(body.results?.length).toBeLessThanOrEqual(10);
      stamps.push(...(body.results ?? []).map(({ t }) => Number(t)));
      expect(body.next_url ?? url).toMatch(new RegExp(`^${url}(?!.*apiKey)`));
      next = body.next_url;
    }
    const truth = MARKET.rows('ALFA', '15m', { from: 20_773, to: 20_776 }).map(({ ts }) => ts);
    expect(truth).toHaveLength(3 * 26);
    expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b));
    // Beside those of the sessions there is trading before and after them.
    expect(stamps.filter((ts) => truth.includes(ts))).toEqual(truth);
    expect(stamps).toHaveLength(truth.length + 2 * 3);
    expect(pages).toBe(Math.ceil(stamps.length / 10));
  });

  it('stamps the bars of all shares in a session with the end of trading, of a half day too', async () => {
    const { url } = await start({ wire: 'polygon' });
    const ends = async (date: string): Promise<unknown> => {
      const path = `/v2/aggs/grouped/locale/us/market/stocks/${date}?adjusted=false`;
      const { body } = await said(url, path);
      expect(body.results?.length).toBeGreaterThan(10);
      return [...new Set(body.results?.map(({ t }) => new Date(Number(t)).toISOString()))];
    };
    expect(await ends('2026-07-01')).toEqual(['2026-07-01T20:00:00.000Z']);
    expect(await ends('2026-11-19')).toEqual(['2026-11-19T21:00:00.000Z']);
    expect(await ends('2025-11-28')).toEqual(['2025-11-28T18:00:00.000Z']);
  });

  it('refuses what comes too fast with its own words, and says no key in its log', async () => {
    const { url, entries } = await start({ wire: 'polygon', limits: '1/min', now: () => NOW });
    const path = `${bars('ALFA', '1/day', '2026-11-09', '2026-11-13')}&apiKey=${POLYGON_KEYS.free}`;
    expect((await said(url, path, null)).status).toBe(200);
    const second = await said(url, path, null);
    expect([second.status, second.body.status, second.body.error]).toEqual([
      429,
      'ERROR',
      "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. https://massive.com/pricing",
    ]);
    expect(JSON.stringify(entries)).not.toContain(POLYGON_KEYS.free);
  });
});
