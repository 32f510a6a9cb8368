import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CoveragePageData } from '../../src/report/coverage-page/page-data.ts';
import { run } from './one-process.ts';
import { filledStore, folder, NOW, store } from './filled-store.ts';
import type { Finished } from '../acceptance/programs.ts';

filledStore();

const checkData = (...args: string[]): Promise<Finished> =>
  run('check-data', ['--store', store, '--now', NOW, ...args], folder);

/** The data of a page. */
async function pageIn(name: string): Promise<CoveragePageData> {
  const html = await readFile(join(folder, name), 'utf8');
  const [, json = ''] = /id="data">(.*)<\/script>/.exec(html) ?? [];
  return JSON.parse(json) as CoveragePageData;
}

describe('check-data --html', () => {
  it('writes a page beside what it prints, and changes nothing of that', async () => {
    const plain = await checkData('--days', '5');
    const { code, stdout, stderr } = await checkData('--days', '5', '--html', 'report.html');
    const said = `Page written to report.html\n${plain.stderr}`;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: plain.stdout, stderr: said });
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
    const page = await pageIn('report.html');
    expect(page.series.map(([ticker]) => ticker)).toEqual(['ALFA', 'BRIQ']);
    expect(page.store).toBe(store);
  });

  it('goes with --json and --fail-under, and replaces a page that was there', async () => {
    await writeFile(join(folder, 'old.html'), 'old');
    const { code, stdout } = await checkData(
      'ALFA',
      '--days',
      '9',
      '--json',
      '--fail-under',
      '99',
      '--html',
      'old.html',
    );
    expect(code).toBe(4);
    const { totals } = JSON.parse(stdout) as { readonly totals: object };
    expect(await readFile(join(folder, 'old.html'), 'utf8')).toContain(JSON.stringify(totals));
  });

  it('sums up each universe of the store, by its newest list, and names one that cannot be read', async () => {
    const universes = join(store, 'universes');
    await mkdir(universes, { recursive: true });
    const lists = { mine: ['ALFA', 'GONE'], 'two_2025-01-01': ['GONE'], 'two_2026-01-01': ['ALFA', 'BRIQ'] };
    for (const [name, tickers] of Object.entries(lists))
      await writeFile(join(universes, `${name}.json`), JSON.stringify(tickers));
    await writeFile(join(universes, 'spoilt.json'), '{');
    expect((await checkData('--days', '5', '--html', 'universes.html')).code).toBe(0);
    const { universes: sums, notes } = await pageIn('universes.html');
    expect(sums.map(({ name, series, notStored }) => [name, series, notStored])).toEqual([
      ['mine', 1, 1],
      ['two', 2, 0],
    ]);
    expect(notes).toEqual([expect.stringMatching(/^universe left out: universes\/spoilt\.json /)]);
  });

  it.each([
    ['a folder that is not there', join('gone', 'report.html'), 'cannot be written'],
    ['a folder', 'taken', 'cannot be written'],
    ['a place in the store', join('store', 'report.html'), 'lies in the store, where only the store writes'],
  ])('to %s is refused in a line', async (_, to, why) => {
    await mkdir(join(folder, 'taken'), { recursive: true });
    const { code, stdout, stderr } = await checkData('--html', to);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
    expect(await readdir(join(folder, 'taken'))).toEqual([]);
  });

  it.each(['--issues', '--revisions'])('with %s is refused: the page has both', async (list) => {
    const { code, stderr } = await checkData(list, '--html', 'none.html');
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${list} lists all there is: it takes no range, no --missing, no --only-incomplete, no --html`,
    );
    expect(await readdir(folder)).not.toContain('none.html');
  });
});
