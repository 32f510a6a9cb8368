import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Finished,
  type RunningSimulator,
  built,
  ended,
  run,
  start,
  startSimulate,
} from '../acceptance/programs.ts';
import { type Need, itWith } from '../needs.ts';

const NOW = '2026-03-02T23:00:00Z';
const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '5'];

const SMALL_DISK: Need = {
  isMet: spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0,
  lack: 'no name space for a small disk here',
};

/** What the README's table says of one code is produced by the real program, for each cause that it lists. */
describe('the exit code', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let opened = 0;
  const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
  const checkData = (...args: string[]): Promise<Finished> =>
    run('check-data', [...args, '--now', NOW], folder);
  const fromSimulator = (...args: string[]): string[] => [
    ...[
      '--provider-url',
      `yahoo=${simulator.url}`,
      '--state',
      join(folder, `state-${++opened}`),
      '--now',
      NOW,
    ],
    ...['--days', '5', ...args],
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-exit-'));
    simulator = await startSimulate(folder, ['--now', NOW]);
    expect((await backfill(...SAMPLE, 'ALFA', 'BRIQ', '--store', 'sound')).code).toBe(0);
    await cp(join(folder, 'sound'), join(folder, 'damaged'), { recursive: true });
    await truncate(join(folder, 'damaged/bars/interval=1d/ticker=BRIQ/period=all/bars.parquet'), 100);
  }, 60_000);
  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  /** A folder of CSV files. */
  const csv = async (name: string, files: Readonly<Record<string, readonly string[]>>): Promise<string[]> => {
    await mkdir(join(folder, name));
    for (const [file, rows] of Object.entries(files))
      await writeFile(
        join(folder, name, file),
        `date,open,high,low,close,volume\n${rows.map((row) => `${row}\n`).join('')}`,
      );
    const range = ['--start', '2026-02-23', '--end', '2026-02-27', '--now', NOW];
    return [
      '--provider',
      'csv',
      '--provider-url',
      `csv=${name}`,
      '--basis',
      'raw',
      ...range,
      '--store',
      `${name}-store`,
    ];
  };
  const WEEK = ['23', '24', '25', '26', '27'];
  const sound = WEEK.map((day) => `2026-02-${day},10,11,9,10.${day},1000`);

  /** A server that answers everything alike. */
  const answering = async (status: number): Promise<{ url: string; close: () => void }> => {
    const server = createServer((_, response) => response.writeHead(status).end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, close: () => void server.close() };
  };

  describe('0: nothing failed', () => {
    it('and all was fetched', async () => {
      expect((await backfill(...fromSimulator('ALFA', '--store', 'fetched'))).code).toBe(0);
    });
    it('and there was nothing to do', async () => {
      expect((await backfill(...SAMPLE, 'ALFA', 'BRIQ', '--store', 'sound')).code).toBe(0);
    });
    it('and what cannot be had was told by an earlier run', async () => {
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'told')).code).toBe(1);
      const again = await backfill(...SAMPLE, 'NOPE', '--store', 'told');
      expect(again.stderr).toContain('Unknown to sample: 1');
      expect(again.code).toBe(0);
    });
    it.each([['--help'], ['--version'], ['help export'], ['--dry-run --provider sample --store none']])(
      'for backfill %s',
      async (line) => {
        expect(await backfill(...line.split(' '))).toMatchObject({ code: 0, stderr: '' });
      },
    );
    it('of a coverage that is high enough, and of a store that is sound', async () => {
      expect((await checkData('--store', 'sound', '--fail-under', '100')).code).toBe(0);
      expect((await backfill('doctor', '--store', 'sound')).code).toBe(0);
      expect((await backfill('export', '--store', 'sound', '--out', 'sound.csv')).code).toBe(0);
    });
  });

  describe('1: something failed', () => {
    it('for one ticker of two', async () => {
      const source = await csv('failing', {
        'ALFA.csv': sound,
        'BRVO.csv': ['2026-02-27,x,y,z,q,1'],
      });
      const { code, stderr } = await backfill('ALFA', 'BRVO', ...source);
      expect(stderr).toMatch(/Fetched: 1 +Errors: 1/);
      expect(code).toBe(1);
    });
    it('as it newly cannot be had', async () => {
      const { code, stderr } = await backfill(...SAMPLE, 'ALFA', 'NOPE', '--store', 'newly');
      expect(stderr).toContain('unknown-ticker');
      expect(code).toBe(1);
    });
    it('as it newly is beyond reach, though no request failed', async () => {
      const minutes = fromSimulator('ALFA', '--interval', '1m', '--store', 'reach').map((word) =>
        word === '5' ? '40' : word,
      );
      const first = await backfill(...minutes);
      expect(first.stderr).toContain('Fetched: 1  Errors: 0');
      expect(first.code).toBe(1);
      expect((await backfill(...minutes)).code).toBe(0);
      expect((await backfill(...minutes, '--strict')).code).toBe(1);
    });
    it('as it cannot be had, with --strict every time', async () => {
      await backfill(...SAMPLE, 'NOPE', '--store', 'strict');
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'strict')).code).toBe(0);
      expect((await backfill(...SAMPLE, 'NOPE', '--store', 'strict', '--strict')).code).toBe(1);
    });
    it('as a session is newly lost, though all that was asked of came, with --strict every time', async () => {
      const crossed = sound.map((row, i) => (i === 2 ? row.replace(',11,9,', ',9,11,') : row));
      const fill = ['ALFA', ...(await csv('lost', { 'ALFA.csv': crossed })), '--quiet'];
      const told = 'Newly lost: 1 session of 1 ticker (ALFA): rows came, and none could be stored\n';
      expect(await backfill(...fill)).toMatchObject({ code: 1, stderr: told });
      expect(await backfill(...fill)).toMatchObject({ code: 0, stderr: '' });
      const strict = { code: 1, stderr: 'Without a bar: 1 session of which every row was rejected\n' };
      expect(await backfill(...fill, '--strict')).toMatchObject(strict);
      const summary = JSON.parse((await backfill(...fill, '--json')).stdout) as unknown;
      expect(summary).toMatchObject({ holesRejected: 1, newlyLost: { sessions: 0, tickers: [] } });
    });
    it('as most of the rows could not be stored', async () => {
      const crossed = sound.map((row, i) => (i === 0 ? row : row.replace(',11,9,', ',9,11,')));
      const { code, stderr } = await backfill('ALFA', ...(await csv('crossed', { 'ALFA.csv': crossed })));
      expect(stderr).toContain('mostly-rejected');
      expect(code).toBe(1);
    });
    it('as the provider is down, though no ticker is at fault', async () => {
      const { url, close } = await answering(500);
      close();
      const { code, stderr } = await backfill(
        ...[
          'AAPL,MSFT,GOOG,IBM',
          '--provider-url',
          `yahoo=${url}`,
          '--state',
          'down',
          '--store',
          'down-store',
        ],
      );
      expect(stderr).toMatch(/^Stopped after 0 tickers: .*ECONNREFUSED/m);
      expect(code).toBe(1);
    });
    it.each([
      ['401, and no ticker is at fault', 401, 'Fetched: 0  Errors: 0'],
      ['403, for this interval', 403, '1d is not open to this key'],
    ])('as the provider refuses the key (%s)', async (_, status, message) => {
      const { url, close } = await answering(status);
      const places = ['--state', `key-${status}`, '--store', `key-${status}-store`];
      const { code, stderr } = await backfill('AAPL', '--provider-url', `yahoo=${url}`, ...places);
      close();
      expect(stderr).toContain(message);
      expect(code).toBe(1);
    });
    it.each([
      ['check-data', ['check-data', '--store', 'damaged', '--now', NOW]],
      ['check-data --json', ['check-data', '--store', 'damaged', '--now', NOW, '--json']],
      ['check-data --issues', ['check-data', '--store', 'damaged', '--issues']],
      ['the doctor', ['doctor', '--store', 'damaged']],
      ['a query', ['query', 'SELECT count(*) FROM bars', '--store', 'damaged']],
      ['an export', ['export', '--store', 'damaged']],
    ])('as %s found damage', async (_, args) => {
      expect((await backfill(...args)).code).toBe(1);
    });
    it('as stdout is on a full disk', async () => {
      for (const args of [['export', '--store', 'sound'], ['check-data', '--store', 'sound'], ['--help']]) {
        const full = openSync('/dev/full', 'w');
        const child = spawn(process.execPath, [built('backfill'), ...args], {
          cwd: folder,
          stdio: ['ignore', full, 'pipe'],
        });
        closeSync(full);
        const { code, stderr } = await ended(child);
        expect(stderr).toContain(
          'backfill: stdout cannot be written (ENOSPC: no space left on device, write)\n',
        );
        expect(stderr).not.toContain('Exported');
        expect(code).toBe(1);
      }
    });
    itWith(SMALL_DISK)('as the disk of the store, or of an export, is full', async () => {
      await mkdir(join(folder, 'small'));
      const script =
        'mount -t tmpfs -o size=16k tmpfs "$1" && node="$2" program="$3" now="$4" && cd "$1/.." && ' +
        '"$node" "$program" --provider sample --days 252 --now "$now" --store small; echo "store $?"; ' +
        '"$node" "$program" export --store sound --out small/x.csv; echo "export $?"';
      const args = [
        '-rm',
        'sh',
        '-c',
        script,
        'sh',
        join(folder, 'small'),
        process.execPath,
        built('backfill'),
        NOW,
      ];
      const { stdout, stderr } = await ended(spawn('unshare', args));
      expect(stderr).toContain('ENOSPC');
      expect(stdout).toBe('store 1\nexport 1\n');
    });
  });

  describe('2: it cannot be meant', () => {
    it.each([
      ['an unknown option', ['--frobnicate']],
      ['an unknown command', ['exprot']],
      ['a value without its unit', ['--timeout', '5']],
      ['a folder that is no store', ['--provider', 'sample', '--store', 'a-file']],
      ['an export whose name contradicts its format', ['export', '--out', 'x.parquet', '--format', 'csv']],
    ])('by %s', async (_, args) => {
      await writeFile(join(folder, 'a-file'), '');
      const { code, stdout, stderr } = await backfill(...args);
      expect(stderr).toMatch(/^backfill: .*\n$/);
      expect([code, stdout]).toEqual([2, '']);
    });
    it('by its configuration', async () => {
      const other = await mkdtemp(join(folder, 'configured-'));
      await writeFile(join(other, 'backfill.config.json'), '{ "timeout": 5 }');
      expect(await run('backfill', [], other)).toEqual({
        code: 2,
        stdout: '',
        stderr: 'backfill: backfill.config.json: --timeout 5: say the unit, such as 5s or 5ms\n',
      });
    });
  });

  it('is 3 where the day’s quota is used up, though nothing failed', async () => {
    const two = fromSimulator('ALFA', 'BRIQ', '--rate-limit', '1/day', '--store', 'quota');
    const { code, stderr } = await backfill(...two);
    expect(stderr).toMatch(/Quota used up: done 1 of 2/);
    expect(code).toBe(3);
  });

  it('is 3 where it is used up before the provider has listed its tickers', async () => {
    const { url, close } = await answering(503);
    const listing = ['--provider', 'sample', '--provider-url', `sample=${url}`, '--rate-limit', '1/day'];
    const { code, stdout, stderr } = await backfill(
      ...[...listing, '--dry-run', '--state', 'listing', '--store', 'none'],
    );
    close();
    expect(stderr).toMatch(/^backfill: Quota used up after 1 request before sample had listed its tickers\./);
    expect([code, stdout]).toEqual([3, '']);
  });

  describe('4: coverage is below --fail-under', () => {
    it('by sessions that are missing', async () => {
      expect((await checkData('--store', 'sound', '--days', '10', '--fail-under', '51')).code).toBe(4);
      expect((await checkData('--store', 'sound', '--days', '10', '--fail-under', '50')).code).toBe(0);
    });
    it('by files that cannot be read, whatever the others hold', async () => {
      const { code, stdout, stderr } = await checkData(
        '--store',
        'damaged',
        '--tickers',
        'ALFA',
        '--fail-under',
        '0',
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('Coverage: 100.0%');
      const all = await checkData('--store', 'damaged', '--fail-under', '0');
      expect(all.stderr).toContain("1 of the store's files cannot be read");
      expect(all.code).toBe(4);
      expect((await checkData('--store', 'damaged', '--fail-under', '100', '--json')).code).toBe(4);
    });
    it('of a store that has nothing', async () => {
      await mkdir(join(folder, 'nothing/bars'), { recursive: true });
      expect((await checkData('--store', 'nothing', '--fail-under', '0')).code).toBe(4);
    });
  });

  describe('of a run that is told to stop is the signal’s', () => {
    let slow: RunningSimulator;
    beforeAll(async () => {
      const home = await mkdtemp(join(folder, 'slow-'));
      slow = await startSimulate(home, ['--now', NOW, '--latency', '1s']);
    });
    afterAll(() => slow.stop());

    it.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('%s: %i', async (signal, expected) => {
      const url = ['--provider-url', `yahoo=${slow.url}`, '--state', signal, '--store', signal, '--now', NOW];
      const child = start(
        'backfill',
        ['ALFA', 'BRIQ', 'CORV', ...url, '--workers', '1', '--concurrency', '1'],
        folder,
      );
      const finished = ended(child);
      await once(child.stderr ?? child, 'data');
      child.kill(signal);
      const { code, stderr } = await finished;
      expect(stderr).toContain('Run the same command to continue.');
      expect(code).toBe(expected);
    });
  });

  it('is listed in the README, each one that there is', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const table = readme.slice(readme.indexOf('| exit code'));
    const codes = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| ([\d, ]+) \|/gm)];
    expect(codes.flatMap(([, list]) => list?.split(',').map(Number))).toEqual([0, 1, 2, 3, 4, 129, 130, 143]);
  });
});
