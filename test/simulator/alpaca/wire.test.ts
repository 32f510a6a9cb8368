import { afterEach, describe, expect, it } from 'vitest';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import { FAULT_GROUPS, type FaultName } from '../../../src/simulator/faults/faults.ts';
import { start, stopAll } from '../running.ts';

afterEach(stopAll);

const HEADERS = { 'apca-api-key-id': ALPACA_KEYS.keyId, 'apca-api-secret-key': ALPACA_KEYS.secretKey };

/** The answer to a request, which is one of the free plan unless it says otherwise. */
async function ask(url: string, path: string, headers: Record<string, string> = HEADERS) {
  const answer = await fetch(url + path, { headers });
  const body = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), body };
}

const bars = (query: string): string => `/v2/stocks/bars?timeframe=1Day&${query}`;
const WEEK = 'start=2026-03-02&end=2026-03-06T23:00:00Z';

describe('a server of Alpaca’s market data', () => {
  it('takes both ends of a range in, and stamps a day with midnight in New York', async () => {
    const { url } = await start({ wire: 'alpaca' });
    const ends = 'start=2026-03-06T05:00:00Z&end=2026-03-09T04:00:00Z';
    const { body } = await ask(url, bars(`symbols=ALFA&${ends}`));
    const page = JSON.parse(body) as { bars: { ALFA: { t: string }[] }; next_page_token: null };
    expect(page.bars.ALFA.map(({ t }) => t)).toEqual(['2026-03-06T05:00:00Z', '2026-03-09T04:00:00Z']);
    expect(page.next_page_token).toBe(null);
  });

  it('parts an answer by symbol, then by time, of however many rows a page has', async () => {
    const { url } = await start({ wire: 'alpaca' });
    const path = bars(`symbols=ALFA,NOPE,BRIQ&${WEEK}&limit=3`);
    const pages: string[] = [];
    for (let token: string | null = ''; token !== null && pages.length < 9;) {
      const { body } = await ask(
        url,
        token === '' ? path : `${path}&page_token=${encodeURIComponent(token)}`,
      );
      const page = JSON.parse(body) as {
        bars: Record<string, { t: string }[]>;
        next_page_token: string | null;
      };
      pages.push(
        Object.entries(page.bars)
          .map(([symbol, rows]) => `${symbol} ${rows.map(({ t }) => t.slice(8, 10)).join()}`)
          .join(' '),
      );
      token = page.next_page_token;
    }
    expect(pages).toEqual(['ALFA 02,03,04', 'ALFA 05,06 BRIQ 02', 'BRIQ 03,04,05', 'BRIQ 06']);
  });

  it.each([
    ['an unknown symbol', bars(`symbols=NOPE&${WEEK}`), 200, '{"bars":{},"next_page_token":null}'],
    [
      'a malformed one',
      bars(`symbols=ALFA,0029900E0&${WEEK}`),
      400,
      '{"message":"invalid symbol: 0029900E0"}',
    ],
    ['a class in our words', bars(`symbols=BRK-B&${WEEK}`), 400, '{"message":"invalid symbol: BRK-B"}'],
    [
      'a reversed range',
      bars('symbols=ALFA&start=2026-03-06&end=2026-03-02'),
      400,
      '{"message":"end should not be before start"}',
    ],
    [
      'a bad date',
      bars('symbols=ALFA&start=x'),
      400,
      `Invalid format for parameter start: error parsing 'x' as RFC3339 or 2006-01-02 time`,
    ],
    ['too many rows', bars(`symbols=ALFA&${WEEK}&limit=10001`), 400, 'invalid limit'],
    [
      'recent bars',
      bars('symbols=ALFA&start=2026-11-19&end=2026-11-20T11:50:00Z'),
      403,
      '{"message":"subscription does not permit querying recent SIP data"}',
    ],
    [
      'recent bars of one exchange',
      bars('symbols=NOPE&feed=iex&start=2026-11-19&end=2026-11-20T11:50:00Z'),
      200,
      '{"bars":{}',
    ],
    ['another path', '/v2/stocks/trades', 404, 'endpoint not found.'],
  ])('answers as recorded for %s', async (_, path, status, words) => {
    const { url } = await start({ wire: 'alpaca' });
    const answer = await ask(url, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(words);
  });

  it('refuses a wrong key, with HTML where data is, and with JSON where accounts are', async () => {
    const { url } = await start({ wire: 'alpaca' });
    for (const headers of [{}, { ...HEADERS, 'apca-api-secret-key': 'wrong' }]) {
      const data = await ask(url, bars(`symbols=ALFA&${WEEK}`), headers);
      expect([data.status, data.type]).toEqual([401, 'text/html']);
      const assets = await ask(url, '/v2/assets', headers);
      expect([assets.status, assets.body.slice(0, 16)]).toEqual([401, '{"code":40110000']);
      expect(
        (await ask(url, `/v1beta3/crypto/us/bars?symbols=SMPL/USD&timeframe=1Hour&${WEEK}`, headers)).status,
      ).toBe(200);
    }
  });

  it('says in its own words that a request comes too fast', async () => {
    const { url } = await start({ wire: 'alpaca', limits: '1/min' });
    await ask(url, '/v2/assets');
    expect(await ask(url, '/v2/assets')).toMatchObject({
      status: 429,
      body: '{"message":"too many requests."}',
    });
  });
});

describe('a fault of its content', () => {
  const PATHS = [
    bars('symbols=ALFA,BRIQ,SABL&start=2020-01-02&end=2020-12-31&limit=10000'),
    '/v2/stocks/bars?symbols=ALFA,BRIQ&timeframe=5Min&start=2026-11-09&end=2026-11-13&limit=10000',
    '/v1beta3/crypto/us/bars?symbols=SMPL/USD&timeframe=1Hour&start=2026-11-01&end=2026-11-10&limit=10000',
    '/v1/corporate-actions?symbols=ALFA&start=2019-01-01&end=2021-01-01',
  ];
  /** What it does not tell: what an instrument is. A time that it cannot write stays as it was. */
  const UNSAID: ReadonlySet<FaultName> = new Set(['wrong-currency', 'wrong-type', 'recycled', 'nanoseconds']);

  it.each([...FAULT_GROUPS.garbage, 'wrong-ticker', 'duplicated', 'unordered'] as const)(
    '%s',
    async (fault) => {
      const { url, entries } = await start({ wire: 'alpaca', faults: { rates: { [fault]: 1 }, seed: 1 } });
      for (const path of PATHS) expect((await ask(url, path)).status).toBe(200);
      const outcomes = entries.map(({ outcome }) => outcome);
      expect(outcomes.filter((one) => one !== 'ok' && one !== fault)).toEqual([]);
      expect(outcomes.includes(fault) || UNSAID.has(fault)).toBe(true);
    },
  );

  it.each([
    ['30Min', '/v2/stocks/bars?symbols=ALFA&timeframe=30Min'],
    ['1Hour', '/v1beta3/crypto/us/bars?symbols=SMPL/USD&timeframe=1Hour'],
  ])('is one of the rows that are sent: %s', async (_, path) => {
    const rowsOf = async (fault?: FaultName): Promise<string[]> => {
      const { url } = await start({
        wire: 'alpaca',
        ...(fault && { faults: { rates: { [fault]: 1 }, seed: 1 } }),
      });
      const { body } = await ask(url, `${path}&start=2026-11-02&end=2026-11-13&limit=10000`);
      const { bars: lists } = JSON.parse(body) as { bars: Record<string, object[]> };
      return Object.values(lists).flatMap((rows) => rows.map((row) => JSON.stringify(row)));
    };
    const sound = await rowsOf();
    const twice = await rowsOf('duplicated');
    expect(twice.length).toBeGreaterThan(sound.length);
    expect([...new Set(twice)]).toEqual(sound);
    const contradicting = await rowsOf('contradicting');
    const strange = contradicting.filter((row) => !sound.includes(row));
    expect(strange.length).toBeGreaterThan(0);
    expect(contradicting.filter((row) => sound.includes(row))).toEqual(sound);
    const timeOf = (row: string): string => (JSON.parse(row) as { t: string }).t;
    expect(strange.every((row) => sound.some((one) => timeOf(one) === timeOf(row)))).toBe(true);
    const thin = await rowsOf('thin');
    expect(thin.length).toBeLessThan(sound.length);
    expect(thin.filter((row) => !sound.includes(row))).toEqual([]);
  });
});
