import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finished } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

const NOW = ['--now', '2026-03-02T23:00:00Z'];

let folder = '';
const backfill = (...args: string[]): Promise<Finished> =>
  run('backfill', [...args, '--store', 'data'], folder);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-plot-'));
  const sample = ['--provider', 'sample', '--state', 'state', '--quiet', ...NOW];
  const { code } = await backfill('ALFA', '--days', '30', ...sample);
  expect(code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

it('draws to a file of the name of the series, to another one, or to stdout', async () => {
  expect(await backfill('plot', 'ALFA', ...NOW)).toMatchObject({ code: 0, stdout: '' });
  const drawn = await readFile(join(folder, 'ALFA.1d.svg'), 'utf8');
  expect(drawn).toContain('<title>ALFA 1d, as traded, in USD: 30 bars, ');
  const other = await backfill('plot', 'ALFA', '--days', '10', '--out', 'ten.svg', ...NOW);
  expect(other.stderr).toBe('Drawn to ten.svg\n');
  expect(await readFile(join(folder, 'ten.svg'), 'utf8')).toContain(': 10 bars, ');
  expect((await backfill('plot', 'ALFA', '--out', '-', ...NOW)).stdout).toBe(drawn);
  for (const name of ['ALFA.SVG', 'picture']) {
    expect(await backfill('plot', 'ALFA', '--out', name, ...NOW)).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, name), 'utf8')).toBe(drawn);
  }
});

it.each([
  [['NOSUCH'], 1, 'NOSUCH 1d is not in the store'],
  [
    ['ALFA', '--start', '2025-02-03', '--end', '2025-03-03'],
    1,
    'ALFA 1d has no bar in the range; its bars are of 2026-01-16..2026-03-02',
  ],
  [['ALFA', '--interval', '1h,1d'], 2, '--interval 1h,1d: plot takes one interval'],
  [
    ['ALFA', '--start', '2026-02-03', '--end', '2026-02-02'],
    2,
    '--start 2026-02-03 is after --end 2026-02-02',
  ],
  [['ALFA', '--out', 'data/x.svg'], 2, 'data/x.svg lies in the store'],
  [
    ['ALFA', '--out', 'x.png'],
    2,
    '--out x.png: a plot is drawn as SVG, and not as .png; end the name in .svg, or',
  ],
  [['ALFA', '--out', 'pictures/x.svg.gz'], 2, '--out pictures/x.svg.gz: a plot is drawn as SVG'],
  [['ALFA', '--as-of', '2026-02-02'], 2, '--as-of'],
  [[], 2, 'TICKER'],
])('refuses %j in one line', async (args, code, line) => {
  const before = await readdir(folder);
  const refused = await backfill('plot', ...args, ...NOW);
  expect([refused.code, refused.stdout]).toEqual([code, '']);
  expect(refused.stderr).toMatch(/^backfill: [^\n]*\n$/);
  expect(refused.stderr).toContain(line);
  expect(await readdir(folder)).toEqual(before);
});
