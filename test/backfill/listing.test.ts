import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listThroughGate } from '../../src/backfill/want/universe.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import type { Gate } from '../../src/providers/http/gate.ts';
import { throughGate } from '../../src/providers/http/retry.ts';
import { send } from '../../src/providers/http/transport.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { trafficOfOnlyRun } from './only-run.ts';

let folder = '';
let server: Server;
let url: URL;
let asked = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-listing-'));
  asked = 0;
  server = createServer((_, response) => {
    asked++;
    response.end(`PAGE${asked}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** A provider whose roster has two pages on a server. */
function roster(gate: Gate): Provider {
  const page = throughGate(gate, async (wire) => (await send({ url, headers: {}, ...wire })).body);
  return { ...openSample({ id: 'sample' }), listTickers: async () => [await page(), await page()] };
}

const list = (quotas: string): Promise<readonly string[]> =>
  listThroughGate(
    () =>
      trafficOfOnlyRun({
        quotas: parseQuotas(quotas),
        quotaFile: { path: join(folder, 'key.json'), former: [] },
      }),
    async (gate) => roster(gate),
    (provider) => provider.listTickers(),
  );

describe('listing a provider’s tickers', () => {
  it('counts against the quota of the key, request by request', async () => {
    expect(await list('5/day')).toEqual(['PAGE1', 'PAGE2']);
    expect(await readFile(join(folder, 'key.json'), 'utf8')).toContain('"used":2');
    await list('5/day');
    await expect(list('5/day')).rejects.toMatchObject({ code: 'quota-exhausted' });
    expect(asked).toBe(5);
    await expect(list('5/day')).rejects.toMatchObject({ code: 'quota-exhausted' });
    expect(asked).toBe(5);
  });

  it('is spaced like the requests for bars', async () => {
    const since = performance.now();
    await list('2/s');
    expect(performance.now() - since).toBeGreaterThan(450);
  });
});

describe('a provider that is opened without a gate', () => {
  it('sends nothing', async () => {
    const provider = await openProvider({ id: 'yahoo', url: url.href });
    const series = { ticker: 'AAPL', interval: '1d' } as const;
    const bars = provider.fetchBars({ series, range: { from: 20_000, to: 20_001 }, now: Date.now() });
    await expect(bars).rejects.toThrow('a request that no gate counts');
    expect(asked).toBe(0);
  });
});
