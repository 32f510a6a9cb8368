import { once } from 'node:events';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { run } from './one-process.ts';
import { rowsIn } from '../store/rows.ts';
import { backfill, filledStore, folder, SAMPLE, store } from './filled-store.ts';

filledStore();

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('bad input that only the provider can tell', () => {
  it('an unknown ticker with a name that Windows reserves is recorded, once, and exits 1', async () => {
    const first = await backfill(...SAMPLE, '--tickers', 'CON', '--store', store);
    expect(first.stderr).toContain('unknown-ticker\n  sample has no ticker CON\n');
    expect(first.code).toBe(1);
    const second = await backfill(...SAMPLE, '--tickers', 'CON', '--store', store);
    expect([second.code, second.stderr.includes('Nothing to do')]).toEqual([0, true]);
  });

  it('a host that nobody answers at ends the run soon with one line that says so', async () => {
    const { code, stderr } = await backfill(
      ...[
        '--provider-url',
        `yahoo=http://127.0.0.1:${await closedPort()}`,
        '--tickers',
        'AAPL,MSFT,GOOG,IBM',
        '--store',
        store,
        '--state',
        folder,
      ],
    );
    expect(stderr).toMatch(
      /^Stopped after 0 tickers: the provider is down \(no answer from 127\.0\.0\.1:\d+: .*ECONNREFUSED.*\)\. Progress saved\.$/m,
    );
    expect(code).toBe(1);
    expect((await openStore(store).scan({ tickers: ['AAPL'] })).series.size).toBe(0);
  });

  it('that cannot be reached from here, for want of a network or of its name, is not called down', async () => {
    const { code, stderr } = await run('backfill', [
      ...['--provider-url', 'yahoo=http://backfill.invalid', '--tickers', 'AAPL,MSFT,GOOG,IBM'],
      ...['--store', store, '--state', folder],
    ]);
    expect(stderr).toMatch(
      /^Cannot reach backfill\.invalid: .*; is this machine online\? Stopped after 0 tickers\./m,
    );
    expect(stderr).not.toContain('is down');
    expect(code).toBe(1);
  });

  it.each([
    [
      'a wrong key, of a quota of 25 a day',
      401,
      ['--rate-limit', '25/day'],
      1,
      /^Stopped after 0 tickers: .* key .*401/m,
    ],
    [
      'a wrong key, whatever is under way',
      401,
      ['--concurrency', '2', '--workers', '1'],
      3,
      /^Stopped after 0 .*401/m,
    ],
    [
      'a market that is not open to the key',
      403,
      ['--rate-limit', '25/day'],
      1,
      /^1d is not open to this key .*403/m,
    ],
    [
      'a country that is not served',
      451,
      ['--concurrency', '1', '--workers', '1'],
      2,
      /^1d is not open .*451/m,
    ],
  ])(
    '%s costs a request or two, not one a ticker, and is one line',
    async (_, status, limits, most, line) => {
      let asked = 0;
      const server = createHttpServer((__, response) => {
        asked++;
        response.writeHead(status, { connection: 'close' }).end('{"finance":{"error":{"description":"no"}}}');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const tickers = Array.from(
        { length: 62 },
        (__, i) => `T${String.fromCharCode(65 + (i % 26))}${Math.floor(i / 26)}`,
      );
      const home = await mkdtemp(join(tmpdir(), 'backfill-key-'));
      const places = [
        '--store',
        join(home, 'store'),
        '--state',
        home,
        '--provider-url',
        `yahoo=http://127.0.0.1:${port}`,
      ];
      const { code, stderr } = await backfill(
        ...places,
        ...limits,
        '--tickers',
        tickers.join(),
        '--days',
        '5',
        '--quiet',
      );
      server.close();
      await rm(home, { recursive: true });
      expect(asked).toBeLessThanOrEqual(most);
      expect(stderr).toMatch(line);
      expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
      expect(code).toBe(1);
    },
  );

  it('a corrupted partition is set aside, said, and fetched again', async () => {
    const path = join(store, 'bars/interval=1d/ticker=BRIQ/period=all/bars.parquet');
    await truncate(path, 100);
    const dry = await backfill(...SAMPLE, '--tickers', 'ALFA,BRIQ', '--store', store, '--dry-run');
    expect(dry.stderr).toMatch(/^damaged bars\/interval=1d\/ticker=BRIQ\/period=all\/bars\.parquet: .+\n$/);
    expect(dry.stdout).toMatch(/^BRIQ +1d /m);
    const { code, stderr } = await backfill(...SAMPLE, '--tickers', 'ALFA,BRIQ', '--store', store);
    expect(stderr).toContain('set aside bars/interval=1d/ticker=BRIQ/period=all/bars.parquet: ');
    expect(stderr).toContain('Fetched: 1  Errors: 0  Skipped: 1');
    expect(code).toBe(0);
    expect(await rowsIn(openStore(store), { ticker: 'BRIQ', interval: '1d' })).toHaveLength(5);
  });
});
