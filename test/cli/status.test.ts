import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Quota, parseQuotas } from '../../src/core/plan/quota.ts';
import { openStore } from '../../src/store/open.ts';
import { type Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-status-'));
});
afterEach(() => rm(folder, { recursive: true }));

const NOW = ['--now', '2026-03-02T23:00:00Z'];

function backfill(...args: string[]): Promise<Finished> {
  return run('backfill', [...args, '--store', 'data', '--state', 'state'], folder);
}

/** The status of the usual store, `data` too, which need not be there as it is not named. */
function status(...args: string[]): Promise<Finished> {
  return run('backfill', ['status', ...args, '--state', 'state'], folder);
}

/** ALFA of 20 sessions, and KAZE.T, which is delisted. */
async function fill(): Promise<void> {
  const { code } = await backfill(
    'ALFA',
    'KAZE.T',
    '--days',
    '300',
    '--provider',
    'sample',
    ...NOW,
    '--quiet',
  );
  expect(code).toBe(0);
}

/** What lies in the folder, to the byte and the nanosecond. */
async function everything(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Promise.all(
    files.map(async (path) => {
      const { mtimeNs } = await stat(path, { bigint: true });
      const bytes = await readFile(path).catch(() => '');
      return `${path} ${mtimeNs} ${createHash('sha256').update(bytes).digest('hex')}`;
    }),
  );
}

/** A window that no test meets the end of. */
const LONG_MS = 366 * 86_400_000;

async function use(name: string, used: number, quotas?: readonly Quota[]): Promise<void> {
  await mkdir(join(folder, 'state', 'quota'), { recursive: true });
  const windows = { [`${LONG_MS}ms`]: { index: Math.floor(Date.now() / LONG_MS), used } };
  await writeFile(
    join(folder, 'state', 'quota', `${name}.json`),
    JSON.stringify({ nextAt: 0, pausedUntil: 0, windows, quotas }),
  );
}

describe('the status of a store', () => {
  it('that there is not yet says what to do, and is no error', async () => {
    const { code, stdout, stderr } = await status();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      'nothing is stored yet (there is no such folder): backfill --state state AAPL --days 252 fetches',
    );
    expect(stdout).toContain('last run   none is on record');
    expect(stdout).toContain('quotas     nothing was counted yet');
    expect(await everything()).toEqual([]);
  }, 60_000);

  it('tells what is there, its last run and what that left, and changes nothing', async () => {
    await fill();
    const before = await everything();
    const { code, stdout } = await backfill('status', ...NOW);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n {11}2 series of 2 tickers \(2 of 1d\), \d+ bars, [\d.]+ KB\nlast run {3}2026-03-02 23:00 UTC, from sample: 2 fetched\nkeys /,
    );
    const { bars, bytes, left } = JSON.parse((await backfill('status', '--json', ...NOW)).stdout) as {
      bars: number;
      bytes: number;
      left: { series: unknown[] };
    };
    expect(bars).toBeGreaterThan(300);
    const sizes = (await everything()).map((line) => line.split(' ')[0] ?? '');
    const all = await Promise.all(
      sizes.filter((path) => path.startsWith(join(folder, 'data'))).map((path) => stat(path)),
    );
    expect(bytes).toBe(all.filter((one) => one.isFile()).reduce((sum, { size }) => sum + size, 0));
    expect(left.series).toEqual([]);
    expect(await everything()).toEqual(before);
  }, 60_000);

  it('names what the last run left, and how to get it', async () => {
    await fill();
    const [name = ''] = await readdir(join(folder, 'data', 'runs'));
    const path = join(folder, 'data', 'runs', name);
    const left = [{ why: 'failed', interval: '1d', from: '2026-02-02', to: '2026-02-27', tickers: ['BRIQ'] }];
    await writeFile(
      path,
      JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), left, failed: 1, seal: undefined }),
    );
    const { stdout } = await backfill('status', '--provider', 'sample', ...NOW);
    expect(stdout).toContain(': 2 fetched, 1 failed\n');
    expect(stdout).toContain(
      'left       1 failed (BRIQ): backfill --store data --provider sample --state state --retry-failed asks for these alone\n',
    );
  }, 60_000);

  it('says who is writing it, and is not in his way', async () => {
    await fill();
    const lease = await openStore(join(folder, 'data')).acquire();
    try {
      const { code, stdout } = await backfill('status', ...NOW);
      expect(code).toBe(0);
      expect(stdout).toContain(`(pid ${process.pid} on `);
      expect(await backfill('status', 'ALFA', ...NOW)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await lease.release();
    }
    expect((await backfill('status', ...NOW)).stdout).not.toContain('being written');
  }, 60_000);

  it('tells of keys and of what was used of their quotas, and never a key', async () => {
    const key = 'VERYSECRETKEY';
    await writeFile(join(folder, '.env'), `ALPHAVANTAGE_API_KEY=${key}\n`);
    await use('yahoo-anonymous', 7);
    const own = createHash('sha256').update(`alphavantage\n${key}`).digest('hex').slice(0, 16);
    await use(`alphavantage-${own}`, 3);
    await use('alphavantage-0123456789abcdef-port-8080', 5, parseQuotas('9/366day'));
    await use('alpaca-0123456789abcdef-port-8082', 4, parseQuotas('200/min'));
    await use('polygon-anonymous-port-8083', 4);
    await writeFile(join(folder, 'state', 'quota', 'notes.txt'), 'mine');
    const before = await everything();
    const { stdout } = await status('--rate-limit', '10/366day,2/s');
    expect(stdout).toContain('keys       ALPHAVANTAGE_API_KEY is set (alphavantage)\n');
    expect(stdout).toMatch(
      / yahoo: 7 of 10 req\/366day used, counted anew at [^;\n]*; 2 req\/s, by spacing\n/,
    );
    expect(stdout).toMatch(
      / alphavantage: 0 of 25 req\/day used, counted anew at [^\n]*; 3 counted per \w+, of which no limit is declared now, /,
    );
    expect(stdout).toMatch(/ alphavantage at port 8080 with another key: 5 of 9 req\/366day used, /);
    // What no limit is declared of is counted for nobody.
    expect(stdout).not.toMatch(/port 808[23]/);
    expect(stdout).toMatch(/\n {11}2 more records of keys that are not at hand or servers on this machine: /);
    await use('yahoo-anonymous-port-8084', 4);
    expect((await status()).stdout).not.toContain('port 8084');
    const again = await status('--provider-url', 'yahoo=http://127.0.0.1:8084');
    expect(again.stdout).toMatch(/ yahoo at port 8084: 4 counted per /);
    await rm(join(folder, 'state', 'quota', 'yahoo-anonymous-port-8084.json'));
    const json = await status('--json');
    expect(`${stdout}${json.stdout}`).not.toContain(key);
    await use('yahoo-anonymous', 10);
    const full = await status('--rate-limit', '10/366day');
    expect(full.stdout).toMatch(/ yahoo: 10 of 10 req\/366day used, [^\n]*; opens again at /);
    // A limit that was exceeded was not the one in force.
    await use('yahoo-anonymous', 12);
    const beyond = await status('--rate-limit', '10/366day');
    expect(beyond.stdout).toMatch(
      / yahoo: 12 counted per \w+, of which no limit is declared now, counted anew at [^;\n]*\n/,
    );
    await use('yahoo-anonymous', 7);
    // Its last window is over: whatever answered at the port is gone.
    const past = JSON.stringify({ nextAt: 0, pausedUntil: 0, windows: { '60000ms': { index: 1, used: 5 } } });
    const ended = join(folder, 'state', 'quota', 'alphavantage-0123456789abcdef-port-8081.json');
    await writeFile(ended, past);
    expect((await status()).stdout).not.toContain('port 8081');
    await rm(ended);
    // So is that of a key that is not at hand; one that is stays told of.
    const former = join(folder, 'state', 'quota', 'alpaca-0123456789abcdef.json');
    const mine = join(folder, 'state', 'quota', `alphavantage-${own}.json`);
    for (const path of [former, mine]) await writeFile(path, past);
    const later = (await status()).stdout;
    expect(later).not.toContain('alpaca with another key');
    expect(later).toContain(' alphavantage: 0 of 25 req/day used, ');
    await rm(former);
    expect((await everything()).length).toBe(before.length);
  }, 60_000);
});

describe('the quota of a key', () => {
  it('is told by the plan that it was used with, unless another is told', async () => {
    const key = 'VERYSECRETKEY';
    await writeFile(join(folder, '.env'), `ALPHAVANTAGE_API_KEY=${key}\n`);
    const own = createHash('sha256').update(`alphavantage\n${key}`).digest('hex').slice(0, 16);
    await use(`alphavantage-${own}`, 20, parseQuotas('75/min'));
    await use('alphavantage-0123456789abcdef', 5, parseQuotas('9/366day'));
    const said = async (...told: string[]): Promise<string> =>
      (await status('--provider', 'alphavantage', ...told)).stdout;
    for (const told of [[], ['--tier', '75']])
      expect(await said(...told)).toMatch(
        / alphavantage: 75 req\/min, by spacing; 20 counted per \w+, of which no limit is declared now, /,
      );
    expect((await status()).stdout).toMatch(/ alphavantage: 75 req\/min, by spacing; 20 counted/);
    for (const told of [
      ['--tier', 'free'],
      ['--rate-limit', '25/day'],
    ])
      expect(await said(...told)).toMatch(/ alphavantage: 0 of 25 req\/day used, /);
    expect(await said('--tier', 'free')).toMatch(/ alphavantage with another key: 5 of 9 req\/366day used, /);
  }, 60_000);
});

describe('the status of a ticker', () => {
  it('tells of each interval what is there, what is absent and why, its run, sources, actions and life', async () => {
    await fill();
    const { code, stdout, stderr } = await backfill('status', 'ALFA', 'KAZE.T', ...NOW);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [alfa = '', kaze = ''] = stdout.split('\n\n');
    expect(alfa).toMatch(
      new RegExp(
        String.raw`^ALFA 1d \(equity, XNYS, USD\)\n` +
          String.raw`  bars     2024-\d\d-\d\d\.\.2026-03-02, 300 bars from sample\n` +
          String.raw`  known    300 of 300 sessions stored, coverage 100\.0%\n` +
          String.raw`  gaps     none\n` +
          String.raw`  actions  \d+ splits, \d+ dividends\n` +
          String.raw`  life     listed \d{4}-\d\d-\d\d\n` +
          String.raw`  last run 2026-03-02 23:00 UTC, from sample: stored what came$`,
      ),
    );
    expect(kaze).toMatch(/\n {11}226 delisted \(sample\): 2025-03-28\.\.2026-03-02\n/);
    expect(kaze).toContain(', delisted from 2025-03-28 on\n');
  }, 60_000);

  it('names the gaps, and the run that failed', async () => {
    await fill();
    const february = ['--start', '2026-02-02', '--end', '2026-02-06'];
    expect((await run('backfill', ['forget', 'ALFA', ...february, '--store', 'data'], folder)).code).toBe(0);
    const [name = ''] = await readdir(join(folder, 'data', 'runs'));
    const path = join(folder, 'data', 'runs', name);
    const failures = [
      {
        ticker: 'ALFA',
        interval: '1d',
        from: '2026-02-02',
        to: '2026-02-06',
        code: 'timeout',
        message: 'no answer',
      },
    ];
    await writeFile(
      path,
      JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), failures, seal: undefined }),
    );
    const { stdout } = await backfill('status', 'ALFA', ...NOW);
    expect(stdout).toContain('\n  gaps     5 sessions: 2026-02-02..2026-02-06\n');
    expect(stdout).toContain('from sample: failed: no answer\n');
    const [series] = JSON.parse((await backfill('status', 'ALFA', '--json', ...NOW)).stdout) as object[];
    expect(series).toMatchObject({
      ticker: 'ALFA',
      missing: 5,
      sources: ['sample'],
      lastRun: { outcome: 'failed' },
    });
    await rm(path);
    expect((await backfill('status', 'ALFA', ...NOW)).stdout).toContain('last run none that is on record\n');
  }, 60_000);

  it('that is not in the store is one line, and exit 1', async () => {
    await fill();
    expect(await backfill('status', 'NOPE', ...NOW)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'NOPE is not in the store\n',
    });
    const { code, stdout, stderr } = await backfill('status', 'NOPE', 'ALFA', '--interval', '5m', ...NOW);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('NOPE 5m is not in the store\nALFA 5m is not in the store\n');
    expect((await backfill('status', '--interval', '5m')).code).toBe(2);
  }, 60_000);

  it('of which it is known only that there is no bar is told, named, and exit 1', async () => {
    await fill();
    expect((await backfill('NOSUCH1', '--days', '5', '--provider', 'sample', ...NOW)).code).toBe(1);
    const said = 'NOSUCH1 has no bar: unknown-ticker (sample, 2026-03-02)\n';
    const alone = await backfill('status', 'NOSUCH1', ...NOW);
    expect(alone).toMatchObject({ code: 1, stderr: said });
    expect(alone.stdout).toContain('NOSUCH1 1d');
    const beside = await backfill('status', 'ALFA', 'NOSUCH1', '--json', ...NOW);
    expect(beside).toMatchObject({ code: 1, stderr: said });
    expect((JSON.parse(beside.stdout) as { ticker: string }[]).map(({ ticker }) => ticker)).toEqual([
      'ALFA',
      'NOSUCH1',
    ]);
  }, 60_000);

  it('of a store that there is not is refused', async () => {
    expect(await backfill('status', 'ALFA')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'backfill: --store data: there is no such folder\n',
    });
  }, 60_000);
});
