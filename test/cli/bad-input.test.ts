import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleMarket } from '../../src/market/sample.ts';
import { openStore } from '../../src/store/open.ts';
import { built, ended, run, startSimulate } from '../acceptance/programs.ts';
import { backfill, filledStore, folder, NOW, SAMPLE, store } from './filled-store.ts';

filledStore();

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
      'there is no provider "bloomberg"; there are: yahoo, alphavantage, alpaca, binance, polygon, csv, sample',
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
      ['\n [1]', 'backfill.config.json line 2 column 2: must be a JSON object'],
      ['{', 'backfill.config.json line 1 column 2: is no JSON: it ends too early'],
      ['{\n  "days": 5\n  "store": "x"\n}', 'line 3 column 3: is no JSON: "\\"" cannot stand here'],
      ['{ "days": 5,\r\n  dry: true }', 'line 2 column 3: is no JSON: "d" cannot stand here'],
      [
        '{\n\t"days": 5,\n\t"stor": "x"\n}',
        'line 3 column 2: there is no option "stor"; did you mean store?',
      ],
      ['{\n\t"days": 5,\n\t"store": 7\n}', 'backfill.config.json line 3 column 2: the setting store is 7'],
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
