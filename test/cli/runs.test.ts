import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunOnRecord, RunsOnRecord } from '../../src/report/runs-text.ts';
import type { Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
let last = '';
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', 'data'], folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-runs-'));
  for (const [ticker, now] of [
    ['ALFA', '2026-03-02T23:00:00Z'],
    ['NOSUCH', '2026-03-03T23:00:00Z'],
  ] as const) {
    const sample = ['--provider', 'sample', '--now', now, '--state', 'state'];
    const { stderr } = await backfill(ticker, '--days', '20', ...sample);
    last = stderr;
  }
});
afterAll(() => rm(folder, { recursive: true }));

it('lists what ran, the newest first', async () => {
  const { code, stdout } = await backfill('runs');
  expect(code).toBe(0);
  expect(stdout.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^20260303T230000Z-.* sample .* 1 cannot be had$/) as string,
    expect.stringMatching(/^20260302T230000Z-.* sample .* complete$/) as string,
    '',
  ]);
  const one = await backfill('runs', '--last', '1', '--json');
  const { runs } = JSON.parse(one.stdout) as RunsOnRecord;
  expect(runs.map(({ id }) => id.slice(0, 8))).toEqual(['20260303']);
});

it('shows one as it ended, and two side by side', async () => {
  const shown = await backfill('runs', 'show', 'last');
  const ending = last.slice(last.indexOf('Backfill ended')).trim();
  expect(ending).toContain('1 cannot be had');
  expect(shown.stdout.trim().endsWith(ending)).toBe(true);
  const both = await backfill('runs', 'compare', '20260302', 'last');
  expect(both.stdout).toMatch(/^Cannot be had +0 +1 +\+1$/m);
  const pair = await backfill('runs', 'compare', '20260302', 'last', '--json');
  expect((JSON.parse(pair.stdout) as RunOnRecord[]).map(({ id }) => id.slice(0, 8))).toEqual([
    '20260302',
    '20260303',
  ]);
});

it.each([
  [['show'], 'runs show takes one id, not 0'],
  [['show', 'a', 'b'], 'runs show takes one id, not 2'],
  [['compare', 'a'], 'runs compare takes two ids, not 1'],
  [['compare', 'a', 'b', 'c'], 'runs compare takes two ids, not 3'],
  [['list'], 'runs list: write runs show ID, or runs compare ID ID'],
  [['show', '2025'], 'run "2025": no such run is on record'],
  [['show', 'last', '--last', '3'], '--last 3: has an effect on the list alone'],
])('refuses %j in one line', async (args, line) => {
  const { code, stdout, stderr } = await backfill('runs', ...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^backfill: [^\n]*\n$/);
  expect(stderr).toContain(line);
});

it('names a record that is spoilt, and lists the others', async () => {
  const names = await readdir(join(folder, 'data', 'runs'));
  const name = names.find((one) => one.startsWith('20260302')) ?? '';
  await cp(join(folder, 'data'), join(folder, 'spoilt'), { recursive: true });
  const path = join(folder, 'spoilt', 'runs', name);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"fetched": 1', '"fetched": 3'));
  const { code, stdout, stderr } = await run('backfill', ['runs', '--store', 'spoilt'], folder);
  expect([code, stdout.split('\n').length]).toEqual([1, 3]);
  expect(stdout).toContain('20260303');
  expect(stderr).toContain(name.replace('.json', ''));
});

it('refuses a store that is not there', async () => {
  const { code, stderr } = await run('backfill', ['runs', '--store', 'nowhere'], folder);
  expect([code, stderr.split('\n').length]).toEqual([2, 2]);
  expect(stderr).toContain('nowhere');
});
