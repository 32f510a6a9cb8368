import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { built, ended, type Finished } from '../acceptance/programs.ts';
import { spawn } from 'node:child_process';

const KEY = 'open/sesame 1001';

/** Closes of a week as JSON, a request a ticker, with a key; without any import. */
const MODULE = `
const ours = (code, message) => Object.assign(new Error(message), { [Symbol.for('backfill.error')]: true, code, retryable: false });
export default ({ url }) => ({
  capabilities: {
    id: 'own',
    intervals: { '1d': { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, settleDelayMs: 0 } },
    ...{ maxInFlight: 8, defaultInFlight: 4, metered: true, quotas: [{ requests: 1000, perMs: 86_400_000 }] },
    ...{ actions: false, listsTickers: false, needsUrl: true, credentials: { key: 'OWN_KEY' } },
  },
  request: ({ tickers: [ticker] }, _, { key }) => ({ url: new URL(url + '/' + ticker), headers: { 'x-key': key } }),
  parse: ({ status, body }, { tickers: [ticker] }) => {
    if (status !== 200) throw ours('unknown-ticker', 'own says ' + body);
    return { parts: [], state: JSON.parse(body), hasMore: false };
  },
  end: ({ tickers: [ticker], range, now }, { days, broken }) => {
    if (broken) return broken.rows.map(() => null);
    const column = (of) => Float64Array.from(days, of);
    const [ts, close] = [column(([day]) => day * 86_400_000), column(([, close]) => close)];
    return [{ ticker, answer: {
      bars: { length: ts.length, ts, open: close, high: close, low: close, close, volume: close, vwap: null, trades: null },
      unusable: [], explained: [], actions: [], delistedOn: null, dropped: 0, wireBasis: 'raw',
      identity: { currency: null, exchange: null, type: null, firstTrade: null },
      proven: range,
    } }];
  },
});
`;

/** 2026-11-16 and the four days after it. */
const MONDAY = 20_773;
const weekFrom = (close: number): string =>
  JSON.stringify({ days: Array.from({ length: 5 }, (_, i) => [MONDAY + i, close + i]) });
const RANGE = ['--start', '2026-11-16', '--end', '2026-11-20', '--now', '2026-11-21T12:00:00Z'];

let folder = '';
let server: Server;
let reply: (request: IncomingMessage, response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());
afterEach(() => rm(folder, { recursive: true }));

/** Runs the program beside a module of this text. */
async function backfill(text: string, ...args: string[]): Promise<Finished> {
  folder = await mkdtemp(join(tmpdir(), 'backfill-own-'));
  await writeFile(join(folder, 'own.mjs'), text);
  return again(...args);
}

function again(...args: string[]): Promise<Finished> {
  const env = { PATH: process.env['PATH'], HOME: folder, OWN_KEY: KEY };
  return ended(spawn(process.execPath, [built('backfill'), ...args], { cwd: folder, env }));
}

const fromServer = (...tickers: string[]): string[] => {
  const { port } = server.address() as AddressInfo;
  const provider = ['--provider', './own.mjs', '--provider-url', `./own.mjs=http://127.0.0.1:${port}`];
  return [...tickers, ...RANGE, '--state', 'state', '--workers', '2', ...provider];
};

/** All that stands in files below a folder, names included. */
async function filesIn(path: string): Promise<string> {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const texts = names.map(async (one) =>
    one.isFile() ? `${one.name} ${await readFile(join(one.parentPath, one.name), 'latin1')}` : one.name,
  );
  return (await Promise.all(texts)).join('\n');
}

describe('a provider of one’s own', () => {
  it('fills a store in worker threads, which have its key', async () => {
    const keys = new Set<unknown>();
    reply = (request, response) => {
      keys.add(request.headers['x-key']);
      response.end(weekFrom(request.url === '/AAPL' ? 100 : 300));
    };
    const { code, stderr } = await backfill(MODULE, ...fromServer('AAPL', 'MSFT'));
    expect(stderr).toContain('Bars: 10 (10 new, 0 changed)');
    expect([code, [...keys]]).toEqual([0, [KEY]]);
    const query = await again(
      'query',
      'SELECT DISTINCT source, count(*)::INT AS n FROM bars GROUP BY source',
    );
    expect(query.stdout).toBe('source,n\nown,10\n');
    const second = await again(...fromServer('AAPL', 'MSFT'), '--rate-limit', '10/min');
    expect([second.code, second.stderr]).toEqual([
      0,
      expect.stringContaining('Nothing to do: of 2 series') as string,
    ]);
  });

  it('has its quota kept by a hash of its key, which no file and no line says', async () => {
    reply = (request, response) => void response.writeHead(404).end(`no ${String(request.headers['x-key'])}`);
    const { code, stderr, stdout } = await backfill(MODULE, ...fromServer('AAPL'));
    expect(stderr).toContain('own says no ***');
    expect(code).toBe(1);
    const everything = stderr + stdout + (await filesIn(folder));
    expect(everything).toMatch(/own-[0-9a-f]{16}-port-\d+\.json/);
    expect(everything).not.toContain(KEY);
    expect(everything).not.toContain(encodeURIComponent(KEY));
  });

  it('is told what `--provider-setting` says', async () => {
    const asked: unknown[] = [];
    reply = (request, response) => {
      asked.push(request.headers['x-feed']);
      response.end(weekFrom(100));
    };
    const text = MODULE.replace('({ url })', '({ url, settings })').replace(
      "'x-key': key",
      "'x-key': key, 'x-feed': settings.feed + settings.with",
    );
    const settings = ['--provider-setting', 'feed=slow=1', '--provider-setting', 'with=Ada'];
    const { code } = await backfill(text, ...fromServer('AAPL'), ...settings);
    expect([code, asked]).toEqual([0, ['slow=1Ada']]);
  });

  it('says what its code throws in one line, with the place', async () => {
    reply = (_, response) => void response.end('{"days":[],"broken":{}}');
    const { code, stderr } = await backfill(MODULE, ...fromServer('AAPL', 'MSFT'));
    expect(stderr).toContain(
      "the code of provider own: its end throws TypeError: Cannot read properties of undefined (reading 'map') (own.mjs:16:",
    );
    expect(code).toBe(1);
  });
});

describe('one that cannot be used is refused in one line, exit 2', () => {
  it.each<[string, string, string[]]>([
    ['no file of it', MODULE, ['--provider', './other.mjs']],
    [
      'provider ./own.mjs: it cannot be loaded: SyntaxError: Unexpected number; node --check',
      'const a = 1 2',
      [],
    ],
    [
      'provider ./own.mjs: its end is undefined; it must be a function',
      'export default { request() {}, parse() {} }',
      [],
    ],
    ['needs --provider-url', MODULE, []],
    ['--provider-setting feed: write NAME=VALUE', MODULE, ['--provider-setting', 'feed']],
    ['own.mjs=there: is no URL', MODULE, ['--provider-url', './own.mjs=there']],
    [
      'provider "own" needs its key; set NO_KEY, which .env may do',
      MODULE.replace('OWN_KEY', 'NO_KEY'),
      ['--provider-url', './own.mjs=http://127.0.0.1:1'],
    ],
    [
      '--provider-url yahoo=http://h has no effect with --provider ./own.mjs',
      MODULE,
      ['--provider-url', 'yahoo=http://h'],
    ],
  ])('%s', async (message, text, args) => {
    const provider = args.includes('--provider') ? [] : ['--provider', './own.mjs'];
    const { code, stdout, stderr } = await backfill(text, 'AAPL', ...RANGE, ...provider, ...args);
    expect(stderr.replace('there is no file', 'no file of it')).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});
