import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// Answers that speak against themselves, or against what was asked for, fail by name, and nothing of them is stored.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: Logged;
const open: History[] = [];
const proxies: Server[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  simulator = await start({ wire: 'polygon', now: () => NOW });
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  for (const proxy of proxies.splice(0)) {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
  await stopAll();
  await folder.remove();
});

type Said = Readonly<Record<string, unknown>>;

/** The simulator, with every answer that has bars changed on its way. */
async function changed(change: (said: Said) => Said): Promise<string> {
  const proxy = createServer((request, response) => {
    void (async () => {
      const { authorization = '' } = request.headers;
      const asked = await fetch(`${simulator.url}${request.url ?? ''}`, { headers: { authorization } });
      const said = (await asked.json()) as Said;
      const isBars = request.url?.startsWith('/v2/aggs/ticker/') ?? false;
      response.writeHead(asked.status).end(JSON.stringify(isBars ? change(said) : said));
    })();
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

function historyAt(url: string): History {
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, secrets: { key: POLYGON_KEYS.advanced } },
    provider: { id: 'polygon', url, settings: { tier: 'advanced' } },
  });
  open.push(history);
  return history;
}

const DAY = 86_400_000;

function laterBy(ms: number): (said: Said) => Said {
  return ({ results = [], ...said }) => ({
    ...said,
    results: (results as readonly { t: number }[]).map((row) => ({ ...row, t: row.t + ms })),
  });
}

describe('polygon', () => {
  it.each([
    ['dates a day late', laterBy(DAY), /the dates for ALFA seem to be shifted.*all would be one day earlier/],
    ['dates a day early', laterBy(-DAY), /the dates for ALFA seem to be shifted.*all would be one day later/],
    ['adjusted prices', (said: Said) => ({ ...said, adjusted: true }), /gives adjusted prices of ALFA/],
  ])('%s fail by name, and nothing of them is stored', async (_, change, message) => {
    const history = historyAt(await changed(change));
    const ran = await history.backfill({ tickers: ['ALFA'], days: 60 });
    expect(ran).toMatchObject({ fetched: 0, failed: 1, bars: 0, rejected: 0 });
    expect(ran.failures).toMatchObject([{ ticker: 'ALFA', code: 'bad-answer' }]);
    expect(ran.failures[0]?.message).toMatch(message);
    await expect(history.read({ ticker: 'ALFA', interval: '1d' })).rejects.toMatchObject({
      code: 'not-stored',
    });
  });

  it('is believed as it is', async () => {
    const ran = await historyAt(await changed((said) => said)).backfill({ tickers: ['ALFA'], days: 60 });
    expect(ran).toMatchObject({ fetched: 1, failed: 0, bars: 60 });
  });
});
