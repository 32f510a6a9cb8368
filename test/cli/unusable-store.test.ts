import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Finished, run } from './one-process.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-unusable-'));
  await mkdir(join(folder, 'data', 'bars'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const backfill = (...more: string[]): Promise<Finished> =>
  run(
    'backfill',
    ['ALFA', '--provider', 'sample', '--days', '5', '--now', '2026-03-02T23:00:00Z', ...more],
    folder,
  );

it('a file where the records of runs belong ends a run before it begins, and says what to do', async () => {
  await writeFile(join(folder, 'data', 'runs'), 'x');
  const { code, stdout, stderr } = await backfill();
  expect(stderr).toMatch(
    /^backfill: the store \S+ cannot be used: it is no part of a store; backfill doctor --fix moves it to quarantine \(\S+runs: it is a file\)\n$/,
  );
  expect([code, stdout]).toEqual([2, '']);
  expect(await run('backfill', ['doctor', '--fix'], folder)).toMatchObject({ code: 0 });
  expect(await backfill('--quiet')).toMatchObject({ code: 0, stderr: '' });
});

it.each([
  ['is cut', '[{"from": "FB"'],
  ['has another shape', '{"FB": "META"}'],
  ['has a date that is none', '[{"from": "FB", "to": "META", "start": null, "end": "2022"}]'],
])('a list of renames that %s keeps no run from its bars, and is said: exit 1', async (_, text) => {
  await writeFile(join(folder, 'data', 'renames.json'), text);
  const said =
    /^renames\.json is no list of renames; [^\n]+; write it so, or backfill doctor --fix moves it to quarantine\n$/;
  for (let n = 0; n < 2; n++) {
    const { code, stdout, stderr } = await backfill('--quiet');
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(said)]);
  }
  const { stderr } = await backfill();
  expect(stderr).toMatch(/^Backfill ended in \ds, not complete: without its list of renames$/m);
  expect(stderr).not.toContain('Backfill complete');
  expect(await readdir(join(folder, 'data', 'bars'))).toEqual(['interval=1d']);
});
