import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from '../cli/one-process.ts';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { type RunningSimulator, start, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

/** Partitions of 54 after which runs on the same store are killed. */
const MOMENTS = LONG_RUNS
  ? [
      [1, 10, 45],
      [3, 25, 50],
      [5, 15, 35],
    ]
  : [[2, 20, 45]];

describe('a backfill that is killed', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let undisturbed = '';
  let tickers = 0;

  const args = (store: string): string[] => [
    ...['--store', store, '--tickers', `@${join(folder, 'tickers.txt')}`, '--days', '504'],
    ...['--workers', '2', '--now', NOW, '--provider-url', `yahoo=${simulator.url}`],
  ];
  const finish = (store: string): Promise<Finished> => run('backfill', args(store));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-kill-'));
    const plan = await run('backfill', [
      '--provider',
      'sample',
      '--tickers',
      'all',
      '--dry-run',
      '--json',
      '--store',
      folder,
      '--now',
      NOW,
    ]);
    const { tasks } = JSON.parse(plan.stdout) as { tasks: { wants: { series: { ticker: string } }[] }[] };
    const wanted = tasks.flatMap(({ wants }) => wants.map(({ series }) => series.ticker));
    tickers = wanted.length;
    await writeFile(join(folder, 'tickers.txt'), wanted.join('\n'));
    simulator = await startSimulate(folder, ['--from', 'sample', '--latency', '120ms', '--now', NOW]);
    await finish(join(folder, 'undisturbed'));
    undisturbed = await exportStore(join(folder, 'undisturbed'));
  }, 60_000);

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it.each(MOMENTS)(
    'after %i, %i and %i partitions ends, once run again, as if undisturbed',
    { timeout: 120_000 },
    async (...moments) => {
      const store = join(folder, `killed-${moments.join('-')}`);
      for (const partitions of moments) {
        const child = start('backfill', args(store));
        const ended = once(child, 'close');
        while (child.exitCode === null && (await countPartitions(store)) < partitions) await sleep(10);
        expect(child.exitCode).toBeNull();
        child.kill('SIGKILL');
        await ended;
      }
      expect(await countPartitions(store)).toBeLessThan(tickers);
      const { stderr } = await finish(store);
      expect(stderr).not.toContain('set aside');
      expect(await exportStore(store)).toBe(undisturbed);
    },
  );
});

async function countPartitions(store: string): Promise<number> {
  const files = await readdir(store, { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}
