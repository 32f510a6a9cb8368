import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

const SAMPLE = ['--provider', 'sample', '--state', 'state', '--quiet'];

let folder = '';
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', 'data', '--now', '2026-03-02T23:00:00Z'], folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-dash-'));
  const { code } = await backfill('ALFA', '--days', '30', ...SAMPLE);
  expect(code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['check-data', ['check-data', '--html', '-']],
  ['a plan', ['ALFA', '--days', '40', '--plan-out', '-', ...SAMPLE]],
  ['metrics', ['ALFA', '--days', '40', '--metrics-file', '-', ...SAMPLE]],
])('%s of the name - is refused with what would do, and no file is called that', async (_, line) => {
  const { code, stderr } = await backfill(...line);
  expect([code, stderr.split('\n')]).toEqual([
    2,
    [
      expect.stringMatching(
        /^backfill: (?:--[\w-]+(?: \S+)?: )?- names no file: write \/dev\/stdout to have it on stdout, or \.\/- for a file of that name$/,
      ),
      '',
    ],
  ]);
  expect(await readdir(folder)).not.toContain('-');
});

it('views as SQL of the name - are refused alike', async () => {
  const { code, stderr } = await run('backfill', ['query', '--write-sql', '-', '--store', 'data'], folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('- names no file: write /dev/stdout')]);
});
