import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-retry-'));
});
afterEach(() => rm(folder, { recursive: true }));

const NOW = ['--now', '2026-03-02T23:00:00Z'];
const SAMPLE = ['--provider', 'sample', ...NOW];

function backfill(...args: string[]): Promise<Finished> {
  return run('backfill', [...args, '--store', 'data', '--no-progress'], folder);
}

const records = (): Promise<string[]> => readdir(join(folder, 'data', 'runs'));

/** Has the record of the only run say what it left. */
async function leave(left: readonly object[]): Promise<void> {
  const [name = ''] = await records();
  const path = join(folder, 'data', 'runs', name);
  await writeFile(
    path,
    JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), left, seal: undefined }),
  );
}

it('a retry of nothing is one line, asks for nothing and leaves no record', async () => {
  await backfill('ALFA', 'BRIQ', '--days', '20', ...SAMPLE);
  const { code, stdout, stderr } = await backfill('--retry-failed', ...SAMPLE);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toBe(
    'Nothing to retry: the last runs left nothing failed, in doubt or unfinished that is so still ' +
      '(the last one ended 2026-03-02 23:00 UTC, from sample).\n',
  );
  expect(await records()).toHaveLength(1);
  expect(await backfill('--retry-failed', '--json', '--quiet', ...SAMPLE)).toEqual({
    code: 0,
    stdout: '[]\n',
    stderr: '',
  });
}, 60_000);

it('a retry asks for what was left, or for those of it that are named', async () => {
  await backfill('ALFA', '--days', '20', ...SAMPLE);
  const missing = { why: 'not-run', interval: '1d', from: '2026-02-02', to: '2026-02-27' };
  await leave([{ ...missing, tickers: ['BRIQ', 'CORV'] }]);
  const plan = await backfill('CORV', 'ALFA', '--retry-failed', '--dry-run', ...SAMPLE);
  expect(plan.stdout).toMatch(/^TICKER .*\nCORV +1d +2026-02-02\.\.2026-02-27 +\d+ +1\n\n/);
  expect(plan.stderr).toBe('To retry: 1 series of the last runs (1 not run)\n');
  const all = await backfill('--retry-failed', ...SAMPLE);
  expect(all.code).toBe(0);
  expect(all.stderr).toContain('To retry: 2 series of the last runs (2 not run)\nTotal: 2 ');
  expect(all.stderr).toContain('Fetched: 2 ');
}, 60_000);

it('a retry tells what no record can tell', async () => {
  await backfill('ALFA', '--days', '20', ...SAMPLE);
  await backfill('BRIQ', '--days', '20', '--provider', 'sample', '--now', '2026-03-04T23:00:00Z');
  const [, last = ''] = await records();
  await rm(join(folder, 'data', 'runs', last));
  await leave([{ why: 'failed', interval: '1d', from: '2026-03-02', to: '2026-03-02', tickers: ['CORV'] }]);
  const { code, stderr } = await backfill('--retry-failed', '--days', '20');
  expect(code).toBe(0);
  expect(stderr).toContain('Nothing to retry: ');
  expect(stderr).toContain('1 series that runs from sample left are asked for with --provider sample');
  expect(stderr).toContain('BRIQ came after the last run on record, of one that left no record');
}, 60_000);

it('a retry of a store that there is not is refused', async () => {
  const { code, stderr } = await backfill('--retry-failed', ...SAMPLE);
  expect(code).toBe(2);
  expect(stderr).toBe('backfill: --store data: there is no such folder\n');
}, 60_000);

it('a retry names the tickers whose files are damaged or gone, which their own backfill asks for', async () => {
  await backfill('ALFA', 'BRIQ', 'CORV', '--days', '20', ...SAMPLE);
  const bars = (ticker: string): string =>
    join(folder, 'data', `bars/interval=1d/ticker=${ticker}/period=all/bars.parquet`);
  await writeFile(bars('ALFA'), 'damaged');
  await rm(bars('BRIQ'));
  const line =
    /^2 files of ALFA, BRIQ cannot be read or are gone \(backfill --store data doctor tells more\): .*run it again$/m;
  for (const how of [[], ['--quiet']]) {
    const { code, stderr } = await backfill('--retry-failed', ...how, ...SAMPLE);
    expect([code, stderr.includes('Nothing to retry')]).toEqual([1, how.length === 0]);
    expect(stderr).toMatch(line);
  }
  const one = await backfill('BRIQ', 'CORV', '--retry-failed', ...SAMPLE);
  expect(one.stderr).toMatch(
    /^1 file of BRIQ cannot be read or is gone .* by the backfill of that ticker: run it/m,
  );
  const other = await backfill('CORV', '--retry-failed', ...SAMPLE);
  expect([other.code, other.stderr.includes('gone')]).toEqual([0, false]);
  const minutes = await backfill('--retry-failed', '--interval', '1m', ...SAMPLE);
  expect([minutes.code, minutes.stderr.includes('gone')]).toEqual([0, false]);

  expect((await backfill('ALFA', 'BRIQ', '--days', '20', ...SAMPLE)).stderr).toContain('Fetched: 2 ');
  const again = await backfill('--retry-failed', ...SAMPLE);
  expect([again.code, again.stderr.includes('gone')]).toEqual([0, false]);
}, 60_000);

it('a retry does not name so what it asks for itself', async () => {
  await backfill('ALFA', '--days', '20', ...SAMPLE);
  await leave([{ why: 'failed', interval: '1d', from: '2026-02-02', to: '2026-02-27', tickers: ['ALFA'] }]);
  await rm(join(folder, 'data/bars/interval=1d/ticker=ALFA/period=all/bars.parquet'));
  const { code, stderr } = await backfill('--retry-failed', ...SAMPLE);
  expect(stderr).toContain('To retry: 1 series');
  expect(stderr).not.toContain('cannot be read');
  expect([code, stderr.includes('Bars: 20 ')]).toEqual([0, true]);
}, 60_000);
