import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-cli-'));
  await writeFile(join(folder, 'a-file'), '');
});
afterAll(() => rm(folder, { recursive: true }));

const SAMPLE = [
  '--provider',
  'sample',
  '--tickers',
  'ALFA,KUMO.T',
  '--days',
  '5',
  '--now',
  '2026-03-02T23:00:00Z',
];
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
const checkData = (...args: string[]): Promise<Finished> => run('check-data', args, folder);

describe('a command line that cannot be meant', () => {
  it.each([
    ['--concurrency many', '--concurrency many: must be "auto" or a whole number above 0'],
    ['--start 2025-13-01', '--start "2025-13-01" is not a date; write it as YYYY-MM-DD'],
    ['--provider csv', 'provider "csv" needs --provider-url csv='],
    ['--provider csv --provider-url csv=.', 'needs to know the basis of the prices'],
    ['--provider-url yahoo=foo', '--provider-url yahoo=foo: is no URL'],
    ['--store a-file', 'is a file, not a folder'],
    ['--provider sample --provider yahoo', '--provider is given 2 times (sample, yahoo); give it once'],
    ['frobnicate', 'frobnicate; backfill --help lists the options'],
    ['simulate --latency soon', '--latency soon: write it as 250ms, 30s or 2min'],
    ['simulate --port 70000', '--port 70000: must be 0 (any free one) to 65535'],
    ['simulate --from nowhere', 'nowhere'],
    [
      'simulate --log nowhere/log',
      '--log nowhere/log: cannot be written: there is no such folder; make it first',
    ],
    ['verify --sample 0', '--sample 0: must be a percentage above 0, at most 100, such as 1%'],
    ['verify --sample 0.5', '--sample 0.5: say which it is, 0.5% or 50%'],
    ['verify', '--store ./data: there is no such folder'],
    ['check-data --issues --revisions', '--issues and --revisions contradict each other'],
    ['check-data --issues --days 5', '--issues lists all there is: it takes no range'],
    ['forget AAPL --start 2025-02-01 --end 2025-01-01', '--start 2025-02-01 is after --end 2025-01-01'],
    ['check-data --fail-under lots', '--fail-under lots: must be a percentage from 0 to 100'],
  ])('backfill %s: one line, exit 2', async (line, message) => {
    const { code, stdout, stderr } = await backfill(...line.split(' '));
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('backfill', () => {
  it('fills, then has nothing to do', async () => {
    const first = await backfill(...SAMPLE);
    expect(first.stderr).toContain('Total: 2  Complete: 0  To fill: 2  Requests: 2\n');
    expect(first.stderr).toContain('Fetched: 2  Errors: 0  Skipped: 0\nBars: 10 (10 new, 0 changed)');
    expect([first.code, first.stdout]).toEqual([0, '']);
    const second = await backfill(...SAMPLE);
    expect(second.stderr).toContain('Nothing to do: of 2 series every session is present');
    expect(second.code).toBe(0);
  });

  it('prints its plan, and as JSON, without touching anything', async () => {
    const { stdout } = await backfill(...SAMPLE, '--no-gaps', '--dry-run');
    expect(stdout).toContain('KUMO.T 1d  2026-02-24..2026-03-02        5        1\n');
    const json = await backfill(...SAMPLE, '--no-gaps', '--dry-run', '--json', '--store', 'untouched');
    expect(JSON.parse(json.stdout)).toMatchObject({ totals: { series: 2, requests: 2, sessions: 10 } });
    const { code, stderr } = await checkData('--store', 'untouched');
    expect([code, stderr]).toEqual([2, 'check-data: --store untouched: there is no such folder\n']);
  });

  it('prints its summary as JSON', async () => {
    const { stdout } = await backfill(...SAMPLE, '--store', 'json', '--json', '--quiet');
    expect(JSON.parse(stdout)).toMatchObject({ series: 2, fetched: 2, bars: 10, failures: [] });
  });

  it('fails with 1 and says which ticker and why', async () => {
    const asked = ['--provider', 'sample', '--tickers', 'ALFA,NOPE', '--days', '5', '--store', 'failing'];
    const { code, stderr } = await backfill(...asked);
    expect(stderr).toMatch(
      /^NOPE 1d \d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d unknown-ticker\n {2}sample has no ticker NOPE$/m,
    );
    expect(code).toBe(1);
  });

  it('takes settings from the environment’s file and the configuration, below its flags', async () => {
    await writeFile(
      join(folder, 'backfill.config.json'),
      '{ "days": 3, "tickers": "ALFA", "provider": "sample" }',
    );
    try {
      const plan = await backfill('--dry-run', '--store', 'settings', '--now', '2026-03-02T23:00:00Z');
      expect(plan.stdout).toContain('ALFA   1d  2026-02-26..2026-03-02        3        1');
      const dated = await backfill(
        '--dry-run',
        '--store',
        'settings',
        '--start',
        '2026-02-02',
        '--end',
        '2026-02-02',
      );
      expect(dated.stdout).toContain('ALFA   1d  2026-02-02..2026-02-02');
      await backfill('--store', 'settings', '--now', '2026-03-02T23:00:00Z', '--quiet');
      expect((await checkData('--store', 'settings', '--now', '2026-03-02T23:00:00Z')).code).toBe(0);
      await writeFile(join(folder, 'backfill.config.json'), '{ "dayz": 3 }');
      expect((await backfill()).stderr).toBe(
        'backfill: backfill.config.json line 1 column 3: there is no option "dayz"; did you mean days?\n',
      );
    } finally {
      await rm(join(folder, 'backfill.config.json'));
    }
  });
});

describe('check-data', () => {
  const NOW = ['--now', '2026-03-02T23:00:00Z'];

  it('says what is missing and fails below a threshold', async () => {
    await backfill(...SAMPLE, '--store', 'checked');
    const { code, stdout, stderr } = await checkData(
      '--store',
      'checked',
      '--days',
      '10',
      '--missing',
      '--fail-under',
      '99',
      ...NOW,
    );
    expect(stdout).toContain('  missing 5: 2026-02-17..2026-02-23\n');
    expect(stdout).toContain('Coverage: 50.00%');
    expect(stderr).toBe('Coverage 50% is below --fail-under 99\n');
    expect(code).toBe(4);
    expect((await checkData('--store', 'checked', '--fail-under', '100', ...NOW)).code).toBe(0);
    const lengths = ['--interval', '1d,1h', '--days', '5'];
    const hours = await checkData('--store', 'checked', ...lengths, '--fail-under', '99', ...NOW);
    expect([hours.code, hours.stderr]).toEqual([4, 'Coverage 50% is below --fail-under 99\n']);
  });

  it('counts a ticker that the store does not have as missing', async () => {
    const { stdout } = await checkData(
      '--store',
      'checked',
      '--tickers',
      'ABSENT',
      '--days',
      '10',
      '--json',
      ...NOW,
    );
    expect(JSON.parse(stdout)).toMatchObject({ series: [{ ticker: 'ABSENT', expected: 10, missing: 10 }] });
  });

  it('fits a terminal of 80 columns', async () => {
    const { stdout } = await checkData('--store', 'checked', ...NOW);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
