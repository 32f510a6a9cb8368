import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inventFlat } from '../../bench/market/flat.ts';
import { serveGrouped } from '../../bench/market/grouped-server.ts';
import { inventGrouped } from '../../bench/market/grouped.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-grouped-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Page {
  readonly results: readonly Readonly<Record<string, number | string>>[];
  readonly next_url?: string;
}

it('a market of a session a request is split and pays, and is served as it lies there', async () => {
  const market = await inventGrouped(folder, { tickers: 2300, sessions: 64, end: '2026-11-20' });
  const page = async (name: string): Promise<Page> =>
    JSON.parse(gunzipSync(await readFile(join(market.folder, `${name}.json.gz`))).toString()) as Page;
  const tickers = (await readFile(market.tickerFile, 'utf8')).split('\n');
  expect(tickers).toHaveLength(2300);
  const days = [await page(market.start), await page(market.end)];
  for (const { results } of days) {
    expect(results.map(({ T }) => T)).toEqual(tickers);
    for (const { o, h, l, c } of results as unknown as Record<'o' | 'h' | 'l' | 'c', number>[])
      expect([l > 0, l <= Math.min(o, c), Math.max(o, c) <= h]).toEqual([true, true, true]);
  }
  const { results: splits } = await page('splits-0');
  expect(splits).toHaveLength(23);
  const first = await page('dividends-0');
  const next = await page('dividends-1');
  expect([first.results.length, first.next_url]).toEqual([1000, '/v3/reference/dividends?cursor=1']);
  expect(next.next_url).toBeUndefined();
  expect(market).toMatchObject({ sessions: 64, requests: 64 + 1 + 2, now: '2026-11-21T05:00:00Z' });

  const log = join(folder, 'requests.ndjson');
  const server = await serveGrouped(market, log);
  const session = `/v2/aggs/grouped/locale/us/market/stocks/${market.end}`;
  const answers = await Promise.all(
    [`${session}?adjusted=false`, first.next_url ?? '', '/v3/reference/tickers'].map((path) =>
      fetch(server.url + path),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(await answers[0]?.json()).toEqual(days[1]);
  expect(await answers[1]?.json()).toEqual(next);
  expect((await server.asked()).map(({ path }) => path).toSorted()).toEqual(
    [session, '/v3/reference/dividends', '/v3/reference/tickers'].toSorted(),
  );
  await server.stop();
});

it('minutes of a market are packed files, a session each, in the order of the shares', async () => {
  const market = await inventFlat(folder, { tickers: 30, sessions: 3, end: '2026-11-20' });
  expect(market).toMatchObject({
    sessions: 3,
    requests: 3 + 2,
    start: '2026-11-18',
    now: '2026-11-22T05:00:00Z',
  });
  const server = await serveGrouped(market, join(folder, 'flat.ndjson'));
  const key = '/flatfiles/us_stocks_sip/minute_aggs_v1/2026/11/2026-11-19.csv.gz';
  const answer = await fetch(server.url + key);
  expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null]);
  const [heading, ...lines] = gunzipSync(Buffer.from(await answer.arrayBuffer()))
    .toString()
    .trim()
    .split('\n');
  expect(heading).toBe('ticker,volume,open,close,high,low,window_start,transactions');
  expect(lines).toHaveLength(30 * 390);
  const tickers = (await readFile(market.tickerFile, 'utf8')).split('\n');
  const open = Date.parse('2026-11-19T14:30:00Z');
  for (const [i, line] of lines.entries()) {
    const [ticker, , o, c, h, l, start] = line
      .split(',')
      .map((cell, at) => (at > 1 && at < 6 ? Number(cell) : cell)) as [
      string,
      string,
      number,
      number,
      number,
      number,
      string,
    ];
    expect([ticker, start]).toEqual([tickers[Math.floor(i / 390)], `${open + (i % 390) * 60_000}000000`]);
    expect([l <= Math.min(o, c), Math.max(o, c) <= h]).toEqual([true, true]);
  }
  await server.stop();
});
