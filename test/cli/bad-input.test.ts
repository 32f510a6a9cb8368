import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import { openStore } from '../../src/store/open.ts';
import { type Finished, built, ended, run, startSimulate } from '../acceptance/programs.ts';
import { rowsIn } from '../store/rows.ts';

const NOW = '2026-03-02T23:00:00Z';
const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '5'];

let folder = '';
let store = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-bad-'));
  store = join(folder, 'store');
  expect((await backfill(...SAMPLE, '--tickers', 'ALFA,BRIQ', '--store', store)).code).toBe(0);
  await writeFile(join(folder, 'empty.txt'), '');
  await writeFile(
    join(folder, 'binary.txt'),
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2]),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Every file of the store with its content. */
async function content(): Promise<Map<string, string>> {
  const files = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const texts = await Promise.all(
    paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const),
  );
  return new Map(texts.filter(([path]) => !path.endsWith('.lock')));
}

describe('bad input is one clear line, exit 2, and an unchanged store', () => {
  it.each([
    ['a path for a ticker', '--tickers ../../etc/passwd', '"../../etc/passwd" is not a ticker'],
    ['an empty @file', '--tickers @empty.txt', '--tickers @empty.txt: there is no ticker in the file'],
    [
      'an absent @file',
      '--tickers @absent.txt',
      '--tickers @absent.txt: cannot be read: there is no such file',
    ],
    ['a binary @file', '--tickers @binary.txt', '--tickers @binary.txt: is no text (UTF-8)'],
    ['a negative --days', '--days -5', '--days -5: must be a whole number of at least 1'],
    ['more days than there is history', '--days 99999999', '--days 99999999: there is no history that long'],
    ['no workers', '--workers 0', '--workers 0: must be "auto" or a whole number above 0'],
    [
      '--start after --end',
      '--start 2026-02-03 --end 2026-02-02',
      '--start 2026-02-03 is after --end 2026-02-02',
    ],
    [
      'a start in the future',
      '--start 2027-01-04',
      'no settled session lies in the range asked for (from 2027-01-04 on)',
    ],
    [
      'a week-end',
      '--start 2026-02-28 --end 2026-03-01 --tickers ALFA',
      'no settled session lies in the range',
    ],
    ['a start before history', '--start 1066-10-14', '--start 1066-10-14: is before 1900-01-01'],
    [
      'an unknown provider',
      '--provider bloomberg',
      'there is no provider "bloomberg"; there are: yahoo, alphavantage, alpaca, binance, csv, sample',
    ],
    ['an unknown interval', '--interval 3m', '--interval 3m: there is no such interval'],
    [
      'minutes beyond the look-back',
      '--provider yahoo --interval 1m --start 2026-01-05 --end 2026-01-09 --dry-run',
      'provider "yahoo" reaches back 29 days, to 2026-02-02',
    ],
    ['no such store URL', '--store ftp://host/data', '"ftp://host/data" is not a store'],
    [
      'a rate that is none',
      '--rate-limit fast',
      '--rate-limit "fast" is no rate; write it as 5/min, 100/10s, 30/h or 500/day',
    ],
    ['a time-out that is none', '--timeout never', '--timeout never: write it as 250ms, 30s or 2min'],
    [
      'contradicting options',
      '--years 1 --start 2026-02-02',
      '--years and --start contradict each other; give one',
    ],
    [
      'an instant that nobody lives in',
      '--now 9999-01-01',
      '--now 9999-01-01: must lie between 1970 and 2100',
    ],
    [
      'a pretended instant that the provider does not share',
      'AAPL --provider yahoo --now 2025-12-01',
      '--now: yahoo answers as of today, with splits since then in its prices; leave it out, add --dry-run',
    ],
    ['a time-out of nothing', '--timeout 0s', '--timeout 0s: no answer comes in no time'],
    ['a store below /proc', '--store /proc/x', 'the store /proc/x cannot be used'],
    [
      'a value that looks like an option',
      '--rate-limit -5/min',
      '--rate-limit -5/min: a value that begins with a dash is written --rate-limit=-5/min',
    ],
    ['a choice that there is not', '--basis foo', '--basis foo: it must be raw or split-adjusted'],
    ['an unknown option', '--tickerz ALFA', 'tickerz; backfill --help lists the options'],
    [
      'csv prices of an unknown basis',
      '--provider csv --provider-url csv=.',
      'needs to know the basis of the prices',
    ],
  ])('%s', async (_, line, message) => {
    const before = await content();
    const given = line.split(' ');
    const defaults = ['--store', store, '--now', NOW, '--provider', 'sample'];
    const own = defaults.filter((word, i) => !given.includes(i % 2 === 0 ? word : (defaults[i - 1] ?? '')));
    const { code, stdout, stderr } = await backfill(...given, ...own);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
    expect(await content()).toEqual(before);
  });

  it('a verification at an instant that the provider does not share', async () => {
    const { code, stdout, stderr } = await run(
      'backfill',
      ['verify', '--store', store, '--now', NOW],
      folder,
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^backfill: --now: yahoo answers as of today, [^\n]+\n$/);
  });

  it('settings that are no settings', async () => {
    const config = join(folder, 'backfill.config.json');
    for (const [text, message] of [
      ['{ "dry-run": "maybe" }', 'the setting dry-run is "maybe"; it must be true or false'],
      ['{ "store": { "url": 1 } }', 'the setting store is {"url":1}; it must be a text'],
      ['[1]', 'must be a JSON object'],
      ['{', 'is no JSON'],
    ] as const) {
      await writeFile(config, text);
      const { code, stderr } = await backfill();
      expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
      expect(stderr).toContain(message);
    }
    await rm(config);
  });

  it('a second backfill on the same store', async () => {
    const writer = await openStore(store).acquire();
    const { code, stderr } = await backfill(...SAMPLE, '--tickers', 'ALFA', '--store', store);
    await writer.release();
    expect(stderr).toMatch(
      /^backfill: the store .* is being written by .* \(pid \d+ on .* since .*\); wait for it/,
    );
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
  });

  it('a store on a full disk', async ({ skip }) => {
    const script = 'mount -t tmpfs -o size=200k tmpfs "$1" && shift && exec "$@"';
    const line = [process.execPath, built('backfill'), ...SAMPLE, '--tickers', 'all', '--store', folder];
    const { status, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, ...line], {
      encoding: 'utf8',
    });
    skip(/unshare|mount/.test(stderr), 'no name space for a small disk here');
    expect(stderr).toMatch(/store-unusable|cannot be used/);
    expect(stderr).toContain('ENOSPC');
    expect(status).toBe(1);
  });

  it('a disk that fills up costs the requests that were under way, not one a ticker', async ({ skip }) => {
    const home = await mkdtemp(join(tmpdir(), 'backfill-full-'));
    const simulator = await startSimulate(home, ['--now', NOW]);
    const disk = join(home, 'disk');
    await mkdir(disk);
    const line = [process.execPath, built('backfill'), '--provider-url', `yahoo=${simulator.url}`];
    const tickers = sampleMarket().tickers();
    const options = [
      '--tickers',
      tickers.join(','),
      '--days',
      '252',
      '--now',
      NOW,
      '--store',
      disk,
      '--state',
      home,
    ];
    const limits = ['--workers', '1', '--concurrency', '1'];
    const script = 'mount -t tmpfs -o size=300k tmpfs "$1" && shift && exec "$@"';
    const args = ['-rm', 'sh', '-c', script, 'sh', disk, ...line, ...options, ...limits];
    const { code, stderr } = await ended(spawn('unshare', args));
    const asked = await simulator.asked();
    await simulator.stop();
    await rm(home, { recursive: true });
    skip(/unshare|mount/.test(stderr), 'no name space for a small disk here');
    const said =
      /^Stopped after (\d+) tickers: the store .* the disk is full; make room \(ENOSPC.*\)\. What was stored/m;
    const stored = Number(said.exec(stderr)?.[1] ?? Number.NaN);
    expect(stored).toBeGreaterThan(2);
    expect(Number(/ Not run: (\d+)$/m.exec(stderr)?.[1])).toBeGreaterThan(20);
    // One that is delisted, one that did not fit, and those that were asked for while that was written.
    expect(asked.length - stored).toBeLessThanOrEqual(4);
    expect(code).toBe(1);
  });
});

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
