import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exportStore } from './export-store.mjs';
import { type Finished, run } from '../cli/one-process.ts';
import { type RunningSimulator, ended, start, startSimulate } from './programs.ts';

// A run under which somebody removes the lock file, and another one that is let in by it.

const NOW = '2026-03-02T23:00:00Z';
const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'KUMO.T', 'BRVO.PA', 'NYXA', 'DUNO', 'ELNA'];

let folder = '';
let simulator: RunningSimulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-lock-taken-'));
  simulator = await startSimulate(folder, ['--from', 'sample', '--latency', '400ms', '--now', NOW]);
});
afterEach(async () => {
  await simulator.stop();
  await rm(folder, { recursive: true });
});

const fillOf = (store: string): string[] => [
  ...['--store', join(folder, store), '--tickers', TICKERS.join(','), '--days', '60', '--now', NOW],
  ...['--workers', '1', '--concurrency', '1', '--state', join(folder, 'state')],
  ...['--provider-url', `yahoo=${simulator.url}`],
];

async function countFilled(store: string): Promise<number> {
  const files = await readdir(join(folder, store), { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('bars.parquet')).length;
}

it('the run whose lock file is removed stops with a line, and the one that is let in ends complete', async () => {
  const first = start('backfill', fillOf('shared'));
  const firstSaid = ended(first);
  while (first.exitCode === null && (await countFilled('shared')) < 2) await sleep(5);
  const lock = join(folder, 'shared/.lock');
  await rm(lock);
  const second = run('backfill', fillOf('shared'));

  const { code, stderr } = await firstSaid;
  const line = `Stopped after [2-5] tickers: the lock file ${lock} was taken away while this run held it; what was written is kept: leave that file where it is, and run again`;
  expect(stderr).toMatch(new RegExp(line));
  expect(stderr.match(/was taken away/g)).toHaveLength(1);
  expect(stderr).not.toContain('complete');
  expect(code).toBe(1);

  const { code: secondCode, stderr: secondSaid }: Finished = await second;
  expect(secondSaid).toContain('Backfill complete');
  expect(secondCode).toBe(0);

  await run('backfill', fillOf('alone'));
  expect(await exportStore(join(folder, 'shared'))).toBe(await exportStore(join(folder, 'alone')));
  const doctor = await run('backfill', ['doctor', '--store', join(folder, 'shared')]);
  expect(doctor.stdout).toMatch(/no damage\.\n$/);
  expect((await stat(lock)).isFile()).toBe(true);
}, 60_000);
