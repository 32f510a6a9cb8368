import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);
const SAMPLE = [
  '--provider',
  'sample',
  '--tickers',
  'ALFA',
  '--days',
  '3',
  '--now',
  '2026-03-02T23:00:00Z',
  '--quiet',
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-no-store-'));
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'strange/photos'), { recursive: true });
  await mkdir(join(folder, 'elsewhere/deep'), { recursive: true });
  await writeFile(join(folder, 'file'), '');
  for (const store of ['prices', 'elsewhere/deep/only'])
    expect((await backfill(...SAMPLE, '--store', store)).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a slip of the pen in --store is one line, exit 2, and makes no folder', () => {
  it.each([
    ['check-data'],
    ['check-data --issues'],
    ['status'],
    ['status --json'],
    ['query SELECT'],
    ['query --write-sql views.sql'],
    ['export'],
    ['doctor'],
    ['doctor --fix'],
    ['actions ALFA'],
    ['actions ALFA --add 2026-02-27,split,2:1'],
    ['verify'],
    ['forget ALFA'],
    ['forget --all --yes'],
    ['restore'],
    ['restore newest'],
    ['rename ALFA OMEG --on 2026-02-27'],
  ])('backfill %s', async (line) => {
    const before = await readdir(folder, { recursive: true });
    const { code, stdout, stderr } = await backfill(...line.split(' '), '--store', 'prics');
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'backfill: --store prics: there is no such folder; did you mean ./prices?\n',
    ]);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('so is one in the first store of a copy', async () => {
    const before = await readdir(folder, { recursive: true });
    const { code, stdout, stderr } = await backfill('copy', 'prics', 'copied');
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      'backfill: FROM prics: there is no such folder; did you mean ./prices?\n',
    ]);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it.each([
    ['empty', 'there is no store in this folder'],
    ['strange', 'there is no store in this folder'],
    ['file', 'it is a file, not a folder'],
    ['nowhere/near', 'there is no such folder'],
    ['prices/bars', 'there is no store in this folder; did you mean ./prices?'],
    ['prices/bars/interval=1d', 'there is no store in this folder; did you mean ./prices?'],
    ['elsewhere/deep', 'there is no store in this folder; did you mean ./elsewhere/deep/only?'],
    ['Prices', 'there is no such folder; did you mean ./prices?'],
    ['./price', 'there is no such folder; did you mean ./prices?'],
  ])('%s: %s', async (store, message) => {
    const { code, stderr } = await backfill('check-data', '--store', store);
    expect([code, stderr]).toEqual([2, `backfill: --store ${store}: ${message}\n`]);
  });

  it('also where it is the usual one, or a file:// URL, or comes from the environment', async () => {
    expect((await backfill('export')).stderr).toBe('backfill: --store ./data: there is no such folder\n');
    const url = `file://${folder}/prics`;
    expect((await backfill('export', '--store', url)).stderr).toContain(
      `--store ${url}: there is no such folder`,
    );
  });

  it('a run makes a new one, and an empty folder becomes one', async () => {
    for (const store of ['new/one', 'empty']) {
      expect((await backfill(...SAMPLE, '--store', store)).code).toBe(0);
      expect((await backfill('check-data', '--store', store)).code).toBe(0);
    }
  });

  it('a store of which everything was forgotten is one still', async () => {
    await backfill(...SAMPLE, '--store', 'forgotten');
    await backfill('forget', '--all', '--yes', '--store', 'forgotten');
    const { code, stdout } = await backfill('check-data', '--store', 'forgotten');
    expect([code, stdout]).toEqual([0, 'The store has no series.\n']);
  });
});
