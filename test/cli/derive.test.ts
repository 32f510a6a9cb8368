import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/index.ts';
import { type Finished, run } from './one-process.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-derive-'))));
afterEach(() => rm(folder, { recursive: true }));

const WEEK = ['--start', '2026-02-23', '--now', '2026-02-28T12:00:00Z'];

const program = (...args: readonly string[]): Promise<Finished> =>
  run('backfill', [...args, ...WEEK, '--store', join(folder, 'data'), '--state', folder], folder);

const SAMPLE = ['--provider', 'sample', '--tickers', 'ALFA'];

describe('backfill --derive', () => {
  it('fetches the minutes, then makes the others of them', async () => {
    const { code, stdout } = await program(...SAMPLE, '--interval', '1m,1h,1d', '--derive', '--json');
    const summaries = JSON.parse(stdout) as readonly RunSummary[];
    expect(summaries.map(({ fetched, bars }) => [fetched, bars])).toEqual([
      [1, 1950],
      [2, 40],
    ]);
    expect(code).toBe(0);
  });

  it('asks nobody where no minutes are named', async () => {
    await program(...SAMPLE, '--interval', '1m', '--no-progress');
    // By its other name.
    const { code, stdout, stderr } = await program('--timeframes', '5m', '--derive', '--no-progress');
    expect(stderr).toContain('Filling 1 series of 1 ticker from their 1m bars with 1 worker\n');
    expect(stderr).toContain('Bars: 390 (390 new, 0 changed)');
    expect([code, stdout]).toEqual([0, '']);
  });

  it('does not end as complete where there is nothing to make them of', async () => {
    await program(...SAMPLE, '--interval', '1m', '--end', '2026-02-25');
    const { code, stderr } = await program(...SAMPLE, '--interval', '1d', '--derive', '--no-progress');
    expect(stderr).toContain('  2 of 5 sessions stay missing');
    expect(stderr).not.toContain('Backfill complete');
    expect(code).toBe(1);
  });

  it('is what status says it is where it is retried, whatever the lengths were', async () => {
    await program(...SAMPLE, '--interval', '1m', '--end', '2026-02-25');
    const { code } = await program(...SAMPLE, '--interval', '5m,1h', '--derive', '--quiet');
    expect(code).toBe(1);
    const status = await run('backfill', ['status', '--store', join(folder, 'data')], folder);
    const [, line = ''] =
      /2 series that runs from derived-1m left: backfill (.*) asks for these\n/.exec(status.stdout) ?? [];
    await program(...SAMPLE, '--interval', '1m', '--no-progress');
    const at = ['--now', '2026-02-28T13:00:00Z', '--state', folder];
    const retried = await run('backfill', [...line.split(' '), ...at, '--no-progress'], folder);
    expect(retried.stderr).toMatch(/^To retry: 2 series of the last runs \(2 failed\)\n/);
    expect(retried.stderr).toContain('Fetched: 2  Errors: 0  Skipped: 0\n');
    expect(retried.code).toBe(0);
  });

  it('has nothing to make of minutes alone', async () => {
    const { code, stderr } = await program('--interval', '1m', '--derive');
    expect(stderr).toBe(
      'backfill: --derive: 1m bars are what others are derived from; name those, e.g. --interval 1m,5m,1d\n',
    );
    expect(code).toBe(2);
  });
});
