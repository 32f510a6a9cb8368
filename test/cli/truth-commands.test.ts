import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
const DATES = ['02', '03', '04', '05', '06', '09', '10', '11', '12', '13'].map((day) => `2025-06-${day}`);
const CSV = ['--provider', 'csv', '--provider-url', 'csv=prices', '--basis', 'raw'];
const NOW = ['--now', '2025-06-20T12:00:00Z'];
const RANGE = ['--start', DATES[0] ?? '', '--end', DATES.at(-1) ?? ''];
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
const checkData = (...args: string[]): Promise<Finished> => run('check-data', args, folder);
const verify = (...args: string[]): Promise<Finished> =>
  backfill('verify', ...CSV, ...NOW, '--sample', '100%', ...args);

/** A file of daily bars around 100, of MSFT with other volumes; `change` gives other fields of a date. */
async function write(ticker: string, change: Readonly<Record<string, string>> = {}): Promise<void> {
  const rows = DATES.map(
    (date, i) =>
      `${date},${change[date] ?? `100,102,99,${100 + (i % 3)},${(ticker === 'MSFT' ? 2000 : 1000) + i}`}`,
  );
  await writeFile(
    join(folder, 'prices', `${ticker}.csv`),
    ['date,open,high,low,close,volume', ...rows, ''].join('\n'),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-truth-cli-'));
  await mkdir(join(folder, 'prices'));
  await write('AAPL');
  await write('MSFT', { '2025-06-05': '100,90,99,100,1000' });
  const fill = [...CSV, ...NOW, ...RANGE, '--tickers', 'AAPL,MSFT'];
  const { code, stderr } = await backfill(...fill);
  expect([code, stderr]).toEqual([1, expect.stringContaining('Bars: 19 (19 new, 0 changed)  Rejected: 1')]);
  expect(stderr).toContain('Newly lost: 1 session of 1 ticker (MSFT): rows came that could not be stored');
  expect((await backfill(...fill)).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

describe('check-data --issues', () => {
  it('lists what was rejected, by series', async () => {
    const { code, stdout } = await checkData('--issues', ...NOW);
    expect(stdout).toMatch(/^REJECTED ROWS \(in quarantine\)\n {2}MSFT 1d 2025-06-05 csv: \S/);
    expect(code).toBe(0);
    const other = await checkData('--issues', '--tickers', 'AAPL', ...NOW);
    expect(other.stdout).not.toContain('REJECTED');
    const json = await checkData('--issues', '--json', '--tickers', 'MSFT', '--interval', '1d', ...NOW);
    expect(JSON.parse(json.stdout)).toMatchObject({
      rejected: [{ ticker: 'MSFT', interval: '1d', session: '2025-06-05', source: 'csv', resolved: false }],
    });
  });

  it.each([
    ['--issues --revisions', '--issues and --revisions contradict each other; give one'],
    ['--issues --days 5', '--issues lists all there is: it takes no range'],
    ['--issues --end 2025-06-10', '--issues lists all there is: it takes no range'],
    ['--revisions --missing', '--revisions lists all there is: it takes no range'],
    ['--revisions --fail-under 99', '--revisions lists all there is: it takes no range'],
  ])('with %s is one line, exit 2', async (line, message) => {
    const { code, stdout, stderr } = await checkData(...line.split(' '));
    expect(stderr).toContain(message);
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});

describe('backfill verify', () => {
  it('finds nothing where nothing changed', async () => {
    const { code, stdout, stderr } = await verify();
    expect(stdout).toMatch(/^PROVIDER COMPARED CHANGED GONE WORST\ncsv +19 +0 +0 +0/);
    expect(stderr).toContain('Comparing 2 series of 2 tickers with csv: 19 sessions in 2 requests by ');
    expect(stderr).toMatch(/^Verification complete in /m);
    expect(code).toBe(0);
    expect((await checkData('--revisions')).stdout).toBe('No final bar was ever changed.\n');
  });

  it('fetches only the series and sessions asked for', async () => {
    const one = ['--tickers', 'AAPL', '--start', '2025-06-09', '--json'];
    const { stdout } = await verify(...one);
    expect(JSON.parse(stdout)).toMatchObject({ requests: 1, drift: { csv: { compared: 5, changed: 0 } } });
  });

  it('reports and keeps what changed, which check-data --revisions lists', async () => {
    await write('AAPL', { '2025-06-10': '100,102,99,100.5,1006' });
    const { code, stdout, stderr } = await verify();
    expect(stdout).toMatch(/\ncsv +19 +1 +0 +0\.50?%\n$/);
    expect(stderr).toContain('Revised: 1');
    expect(code).toBe(1);
    expect((await verify()).code).toBe(0);
    const revisions = await checkData('--revisions');
    expect(revisions.stdout).toMatch(/^AAPL +1d +2025-06-10 /m);
    expect(revisions.stdout).toContain('close 100 > 100.5');
    expect(revisions.stdout).toMatch(/\n1 revision\n$/);
    expect((await checkData('--revisions', '--tickers', 'MSFT')).stdout).toContain('No final bar');
    const json = JSON.parse((await checkData('--revisions', '--json')).stdout) as unknown;
    expect(json).toMatchObject([{ ticker: 'AAPL', before: { close: 100 }, after: { close: 100.5 } }]);
  });

  it('has rows rejected of a session that stays whole, which check-data --issues lists apart', async () => {
    await write('AAPL', { '2025-06-10': '100,90,99,100,1006' });
    expect((await verify('--tickers', 'AAPL')).stderr).toContain('Rejected: 1');
    const { stdout } = await checkData('--issues', '--tickers', 'AAPL', ...NOW);
    expect(stdout).toMatch(
      /^REJECTED WHERE SOUND BARS STAND \(1 row in quarantine, nothing lacks\)\n {2}AAPL 1d 2025-06-10 csv: high 90 /m,
    );
    expect(stdout).not.toMatch(/^REJECTED ROWS/m);
    await write('AAPL', { '2025-06-10': '100,102,99,100.5,1006' });
  });

  it.each(['0', '101%', 'lots', '-1%', '0%'])('of a sample of %s is one line, exit 2', async (sample) => {
    const { code, stdout, stderr } = await backfill('verify', ...CSV, ...NOW, `--sample=${sample}`);
    expect(stderr).toBe(
      `backfill: --sample ${sample}: must be a percentage above 0, at most 100, such as 1%\n`,
    );
    expect([code, stdout]).toEqual([2, '']);
  });

  it('of nothing is one line, exit 2', async () => {
    const { code, stderr } = await backfill('verify', ...CSV, ...NOW, '--store', 'nothing');
    expect(stderr).toBe('backfill: --store nothing: there is no such folder\n');
    expect(code).toBe(2);
    const other = await backfill('verify', ...CSV, ...NOW, '--tickers', 'NOPE');
    expect(other.stderr).toBe(
      'NOPE is not in the store\n' +
        'backfill: nothing to verify: the store has no final session of what was asked for\n',
    );
    expect(other.code).toBe(1);
  });
});

describe('check-data', () => {
  it('hints that a history may be judged alone', async () => {
    const { stderr } = await checkData('--tickers', 'AAPL', ...NOW);
    expect(stderr).toMatch(/^All that is missing is later than 2025-06-13, the last bar; --end 2025-06-13 /);
    const whole = await checkData('--tickers', 'AAPL', '--end', '2025-06-13', '--days', '10', ...NOW);
    expect([whole.stderr, whole.code]).toEqual(['', 0]);
  });
});

describe('backfill forget', () => {
  it('says how many bars it removed, and of what there were none', async () => {
    const { code, stderr } = await backfill(
      'forget',
      'AAPL,NOPE',
      '--start',
      '2025-06-12',
      '--end',
      '2025-06-12',
    );
    expect(stderr).toMatch(
      /^NOPE is not in the store\nForgot 1 bar\.\nTo bring that back: backfill restore \d{8}T\d{6}Z-[\da-f]{4}\n$/,
    );
    expect(code).toBe(1);
    const intraday = await backfill('forget', 'AAPL', '--interval', '1h');
    expect(intraday.stderr).toBe('AAPL 1h is not in the store\nForgot 0 bars.\n');
    expect((await backfill('forget', 'AAPL', '--yes')).stderr).toMatch(/^Forgot 9 bars/);
  });
});
