import { mkdtemp, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}

const error = (description: string): string =>
  JSON.stringify({ chart: { result: null, error: { code: 'x', description } } });

let folder = '';
let server: Server;
let url = '';
let reply: (url: string) => Reply = () => ({ status: 500, body: '' });
let asked: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-permanent-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status, body } = reply(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** One session of one ticker is wanted. */
const backfill = (...more: string[]): Promise<Finished> => backfillOf('AAPL', ...more);

const backfillOf = (tickers: string, ...more: string[]): Promise<Finished> =>
  run('backfill', [
    ...['--store', join(folder, 'store'), '--state', join(folder, 'state'), '--tickers', tickers],
    ...['--start', '2026-02-25', '--end', '2026-02-25', '--now', '2026-03-02T23:00:00Z', '--no-progress'],
    ...['--provider-url', `yahoo=${url}`, ...more],
  ]);

describe('an answer that will be the same the next time', () => {
  it.each([
    [401, error('Invalid Crumb')],
    [402, error('Payment Required')],
    [403, error('Forbidden')],
    [403, '<html>Forbidden</html>'],
    [451, error('not in your country')],
    [400, error('period1 is no number')],
    [400, '<html>Bad Request</html>'],
    [405, error('Method Not Allowed')],
    [410, error('Gone')],
  ])('%i %s: is asked for once, fails the run, and its session stays missing', async (status, body) => {
    reply = () => ({ status, body });
    const { code, stderr } = await backfill();
    expect(asked).toHaveLength(1);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(`Yahoo answered ${status} for AAPL`);
    const next = await backfill('--dry-run');
    expect(next.stdout).toMatch(/^AAPL +1d +2026-02-25\.\.2026-02-25 +1 +1$/m);
    expect(asked).toHaveLength(1);
  });

  it('404 by Yahoo itself: the ticker is not known, which is found once and fails that run', async () => {
    reply = () => ({ status: 404, body: error('No data found, symbol may be delisted') });
    const { code, stdout, stderr } = await backfill();
    expect([asked.length, code, stdout]).toEqual([1, 1, '']);
    expect(stderr).toContain('unknown-ticker');
    expect(await backfill()).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(1);
    expect((await backfill('--strict')).code).toBe(1);
  });
});

describe('an answer that speaks of more than one ticker', () => {
  const TICKERS = Array.from({ length: 30 }, (_, i) => `T${i}`).join();
  const threads = ['--workers', '2', '--concurrency', '1'];

  it.each([
    ['what was under way', threads, 4],
    ['one request, of few a day', [...threads, '--rate-limit', '300/day'], 1],
  ])('401: ends the run after %s, with one line', async (_, more, most) => {
    reply = () => ({ status: 401, body: error('Invalid Crumb') });
    const { code, stderr } = await backfillOf(TICKERS, ...more);
    expect(asked.length, stderr).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(most);
    const told = stderr.split('\n').filter((line) => line.includes('Yahoo answered'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /^Stopped after 0 tickers: the provider does not accept the key \(Yahoo answered 401/,
    );
    expect(code).toBe(1);
  });

  it.each([402, 403, 451])('%i: closes an interval, and goes on with the others', async (status) => {
    reply = () => ({ status, body: error('Not for you') });
    const { code, stderr } = await backfillOf(TICKERS, '--interval', '1h,1d', ...threads);
    expect(asked.length, stderr).toBeGreaterThan(1);
    expect(asked.length).toBeLessThanOrEqual(8);
    for (const interval of ['1h', '1d'])
      expect(
        stderr.match(new RegExp(`^${interval} is not open to this key .*and \\d+ more$`, 'gm')),
      ).toHaveLength(1);
    expect(stderr).toMatch(/^Fetched: 0 {2}Errors: 2 /m);
    expect(code).toBe(1);
  });
});
