import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
