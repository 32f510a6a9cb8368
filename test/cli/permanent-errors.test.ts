import { mkdtemp, rm } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run } from '../acceptance/programs.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}

const error = (description: string): string =>
  JSON.stringify({ chart: { result: null, error: { code: 'x', description } } });

let folder = '';
let server: Server;
let url = '';
let reply: Reply = { status: 500, body: '' };
let asked: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-permanent-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
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
const backfill = (...more: string[]): Promise<Finished> =>
  run('backfill', [
    ...['--store', join(folder, 'store'), '--state', join(folder, 'state'), '--tickers', 'AAPL'],
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
    reply = { status, body };
    const { code, stderr } = await backfill();
    expect(asked).toHaveLength(1);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(`Yahoo answered ${status} for AAPL`);
    const next = await backfill('--dry-run');
    expect(next.stdout).toMatch(/^AAPL +1d +2026-02-25\.\.2026-02-25 +1 +1$/m);
    expect(asked).toHaveLength(1);
  });

  it('404 by Yahoo itself: the ticker is not known, which is found once and fails that run', async () => {
    reply = { status: 404, body: error('No data found, symbol may be delisted') };
    const { code, stdout, stderr } = await backfill();
    expect([asked.length, code, stdout]).toEqual([1, 1, '']);
    expect(stderr).toContain('unknown-ticker');
    expect(await backfill()).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(1);
    expect((await backfill('--strict')).code).toBe(1);
  });
});
