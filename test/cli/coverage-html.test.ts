import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './one-process.ts';
import { folder, NOW, store } from './filled-store.ts';
import type { Finished } from '../acceptance/programs.ts';

const checkData = (...args: string[]): Promise<Finished> =>
  run('check-data', ['--store', store, '--now', NOW, ...args], folder);

describe('check-data --html', () => {
  it('writes a page beside what it prints, and changes nothing of that', async () => {
    const plain = await checkData('--days', '5');
    const { code, stdout, stderr } = await checkData('--days', '5', '--html', 'report.html');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: plain.stdout, stderr: plain.stderr });
    const html = await readFile(join(folder, 'report.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    const [, json = ''] = /id="data">(.*)<\/script>/.exec(html) ?? [];
    const page = JSON.parse(json) as {
      readonly series: readonly (readonly unknown[])[];
      readonly store: string;
    };
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
