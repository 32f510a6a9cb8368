import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportStore } from './export-store.mjs';
import { type RunningSimulator, ended, run, start, startSimulate } from './programs.ts';

// A run under which the folder of its store goes away: it is moved, or a disk unmounted.

const NOW = '2026-03-02T23:00:00Z';
const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'KUMO.T', 'BRVO.PA', 'NYXA', 'DUNO', 'ELNA'];

let folder = '';
let simulator: RunningSimulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-store-gone-'));
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

const filesOf = (store: string): Promise<string[]> =>
  readdir(join(folder, store), { recursive: true }).catch(() => []);

describe('a run whose store goes away under it stops with a line, and makes nothing where that was', () => {
  it.each([
    ['moved', 'its folder is gone'],
    ['unmounted', 'another folder lies in its place'],
  ])('where its folder is %s', async (how, why) => {
    const [store, moved] = [join(folder, 'prices'), join(folder, 'moved')];
    const first = start('backfill', fillOf('prices'));
    const said = ended(first);
    const filled = async (): Promise<number> =>
      (await filesOf('prices')).filter((file) => file.endsWith('bars.parquet')).length;
    while (first.exitCode === null && (await filled()) < 2) await sleep(5);
    await rename(store, moved);
    if (how === 'unmounted') await mkdir(store);

    const { code, stderr } = await said;
    expect(stderr).toMatch(new RegExp(`Stopped after [2-5] tickers: the store ${store} went away .*${why}`));
    expect(stderr.match(/went away/g)).toHaveLength(1);
    expect(stderr).toContain('not on record');
    expect(stderr).not.toContain('complete');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['moved']));
    expect((await readdir(folder)).includes('prices')).toBe(how === 'unmounted');
    expect(await filesOf('prices')).toEqual([]);

    if (how === 'unmounted') await rm(store, { recursive: true });
    await rename(moved, store);
    const { code: secondCode, stderr: secondSaid } = await run('backfill', fillOf('prices'));
    expect(secondSaid).toContain('Backfill complete');
    expect(secondCode).toBe(0);
    await run('backfill', fillOf('alone'));
    expect(await exportStore(store)).toBe(await exportStore(join(folder, 'alone')));
  });
});
