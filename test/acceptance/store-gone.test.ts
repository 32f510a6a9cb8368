import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportStore } from './export-store.mjs';
import { describeWith, POSTGRES } from '../needs.ts';
import { KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { startCluster } from '../store/postgres/cluster.ts';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, ended, start, startSimulate, startWith } from './programs.ts';

// A run under which the folder of its store goes away: it is moved, or a disk unmounted.

const NOW = '2026-03-02T23:00:00Z';
const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'KUMO.T', 'BRVO.PA', 'NYXA', 'DUNO', 'ELNA'];

let folder = '';
let log = '';
let simulator: RunningSimulator;
beforeAll(async () => {
  log = await mkdtemp(join(tmpdir(), 'backfill-store-gone-log-'));
  simulator = await startSimulate(log, ['--from', 'sample', '--latency', '400ms', '--now', NOW]);
});
afterAll(async () => {
  await simulator.stop();
  await rm(log, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-store-gone-'));
});
afterEach(() => rm(folder, { recursive: true }));

const fillOf = (store: string): string[] => fillAt(join(folder, store));
const fillAt = (url: string): string[] => [
  ...['--store', url, '--tickers', TICKERS.join(','), '--days', '60', '--now', NOW],
  ...['--workers', '1', '--concurrency', '1', '--state', join(folder, 'state')],
  ...['--provider-url', `yahoo=${simulator.url}`],
];

const filesOf = (store: string): Promise<string[]> =>
  readdir(join(folder, store), { recursive: true }).catch(() => []);

const barsIn = (files: readonly string[]): number =>
  files.filter((file) => file.endsWith('bars.parquet')).length;

describe('a run whose store goes away under it stops with a line, and makes nothing where that was', () => {
  it.each([
    ['moved', 'its folder is gone'],
    ['unmounted', 'another folder lies in its place'],
  ])('where its folder is %s', async (how, why) => {
    const [store, moved] = [join(folder, 'prices'), join(folder, 'moved')];
    const first = start('backfill', fillOf('prices'));
    const said = ended(first);
    while (first.exitCode === null && barsIn(await filesOf('prices')) < 2) await sleep(5);
    // It sees nothing of the moment between the two.
    first.kill('SIGSTOP');
    await rename(store, moved);
    if (how === 'unmounted') await mkdir(store);
    first.kill('SIGCONT');

    const { code, stderr } = await said;
    expect(stderr).toMatch(new RegExp(`Stopped after [0-5] tickers?: the store ${store} went away .*${why}`));
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

it('a run whose bucket is deleted under it stops with a line', async () => {
  const s3 = await startFakeS3();
  let isGone = false;
  s3.fault = () => (isGone ? { status: 404, code: 'NoSuchBucket' } : undefined);
  const variables = {
    ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
    AWS_ENDPOINT_URL: s3.endpoint,
  };
  const child = startWith(variables, fillAt('s3://lake/prices'), folder);
  const said = ended(child);
  while (child.exitCode === null && barsIn([...s3.objects.keys()]) < 2) await sleep(5);
  isGone = true;
  const { code, stderr } = await said;
  expect(stderr).toMatch(/Stopped after [1-5] tickers?: the store s3:.* there is no such bucket; create it/);
  expect(stderr).toContain('not on record');
  expect(code).toBe(1);
  await s3.close();
});

describeWith(POSTGRES)('a run whose tables are dropped under it', () => {
  it('stops with a line, and makes none anew', async () => {
    const cluster = await startCluster();
    const child = start('backfill', fillAt(cluster.url('prices')));
    const said = ended(child);
    const filled = async (): Promise<number> =>
      Number(await cluster.sql('SELECT count(*) FROM prices.backfill_parts').catch(() => 0));
    while (child.exitCode === null && (await filled()) < 2) await sleep(20);
    await cluster.sql('DROP SCHEMA prices CASCADE');
    const { code, stderr } = await said;
    expect(stderr).toMatch(/Stopped after [1-7] tickers?: the .* another hand dropped /);
    expect(stderr).toContain('not on record');
    expect(code).toBe(1);
    expect(await cluster.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'prices'")).toBe('0');
    expect(await cluster.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'prices'")).toBe('0');
    await cluster.destroy();
  });
});
