import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoverageReport } from '../../src/index.ts';
import { run } from '../cli/one-process.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { LOOKS, expectCalm, withBrowser } from './browser.ts';

const counts = new Intl.NumberFormat('en');

describeWith(CHROMIUM)('the page of coverage of the sample market', () => {
  const open = withBrowser();
  let folder = '';
  let report: CoverageReport;
  let file = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-page-'));
    file = join(folder, 'report.html');
    const store = ['--store', join(folder, 'store')];
    const fill = ['--provider', 'sample', '--days', '252', '--now', '2026-03-02T23:00:00Z', '--quiet'];
    expect((await run('backfill', [...store, ...fill])).code).toBe(0);
    await mkdir(join(folder, 'store', 'universes'));
    await writeFile(join(folder, 'store', 'universes', 'few.json'), '["KAZE.T", "ALFA", "BRIQ", "GONE"]');
    const look = ['--days', '300', '--now', '2026-03-05T23:00:00Z', '--json', '--html', file];
    const { code, stdout } = await run('check-data', [...store, ...look]);
    expect(code).toBe(0);
    report = JSON.parse(stdout) as CoverageReport;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('has the totals of the report, and of each series its numbers', async () => {
    const opened = await open(file);
    const { page } = opened;
    const { totals, series } = report;
    for (const name of [
      'series',
      'complete',
      'incomplete',
      'expected',
      'present',
      'absent',
      'missing',
    ] as const)
      expect([name, await page.locator(`#total-${name}`).textContent()]).toEqual([
        name,
        counts.format(totals[name]),
      ]);
    expect(await page.locator('#total-coverage').textContent()).toBe(`${totals.coverage}%`);
    const said = (part: string): Promise<string | null> =>
      page.locator(`${part} .chart`).getAttribute('aria-label');
    await expect
      .poll(() => said('#months'))
      .toMatch(new RegExp(`; ${counts.format(totals.missing)} sessions missing in all\\.$`));
    const barless = series.filter(({ last }) => last === null).length;
    await expect.poll(() => said('#freshness')).toContain(`, no bar ${barless}.`);
    const xnys = page.locator('#exchanges tbody tr', { hasText: 'XNYS' });
    const ofXnys = series.filter(({ calendar }) => calendar === 'XNYS');
    expect((await xnys.locator('td').allTextContents()).slice(1, 4)).toEqual([
      ...[ofXnys.length, 0].map(String),
      counts.format(ofXnys.reduce((sum, { missing }) => sum + missing, 0)),
    ]);
    for (const one of series.filter(({ ticker }) => ['ALFA', 'SABL', 'KAZE.T', 'RUNO'].includes(ticker))) {
      await page.locator('#ticker').fill(one.ticker);
      const cells = await page.locator('#series tbody tr').first().locator('th, td').allTextContents();
      expect(cells.slice(0, 11)).toEqual([
        ...[one.ticker, '1d', one.standing, `${one.coverage}%`],
        ...[one.missing, one.absent, one.provisional, one.present, one.expected].map(String),
        ...[one.first ?? '–', one.last ?? '–'],
      ]);
    }
    expect(await page.title()).toBe(`Coverage of ${join(folder, 'store')}, 2026-03-05`);
    expectCalm(opened);
    await opened.close();
  });

  it('leaves series out by ticker, standing and calendar, and sorts them by any column', async () => {
    const opened = await open(file);
    const { page } = opened;
    const column = (nth: number): Promise<string[]> =>
      page.locator(`#series tbody tr > :nth-child(${nth})`).allTextContents();
    const shown = (): Promise<string | null> => page.locator('#shown').textContent();
    expect(await shown()).toBe('all 62 series');
    await page.locator('#ticker').fill('alf, kaz');
    expect(await column(1)).toEqual(['KAZE.T', 'ALFA']);
    expect(await page.locator('#map').getAttribute('aria-label')).toContain('Map of 2 series');
    await page.locator('#ticker').fill('');
    await page.locator('#calendar').selectOption('XTKS');
    const tokyo = report.series.filter(({ calendar }) => calendar === 'XTKS');
    expect(await shown()).toBe(`${tokyo.length} of 62 series`);
    await page.getByRole('button', { name: 'Present', exact: true }).click();
    const ascending = tokyo.map(({ present }) => present).toSorted((a, b) => a - b);
    expect((await column(8)).map(Number)).toEqual(ascending);
    const head = page.locator('#series th', { hasText: 'Present' });
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'Present', exact: true }).click();
    expect((await column(8)).map(Number)).toEqual(ascending.toReversed());
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await page.locator('#calendar').selectOption('');
    for (const direction of ['ascending', 'descending']) {
      await page.getByRole('button', { name: 'Last', exact: true }).click();
      const last = page.locator('#series th', { hasText: 'Last' });
      expect(await last.getAttribute('aria-sort')).toBe(direction);
      await page.getByRole('button', { name: 'Next rows: Series' }).click();
      // What has no bar stands last, whatever the direction.
      expect((await column(11)).slice(-6)).toEqual(['–', '–', '–', '–', '–', '–']);
    }
    expectCalm(opened);
    await opened.close();
  });

  it('leaves series out by the exchange that their provider tells, and by universe', async () => {
    const opened = await open(file);
    const { page } = opened;
    const tickers = (): Promise<string[]> =>
      page.locator('#series tbody tr > :first-child').allTextContents();
    await page.locator('#universe').selectOption('few');
    expect((await tickers()).toSorted()).toEqual(['ALFA', 'BRIQ', 'KAZE.T']);
    expect(await page.locator('#map').getAttribute('aria-label')).toContain('Map of 3 series');
    expect(await page.locator('#shown').textContent()).toBe('3 of 62 series');
    await page.locator('#exchange').selectOption('XTKS');
    expect(await tickers()).toEqual(['KAZE.T']);
    await page.locator('#universe').selectOption('');
    await page.locator('#exchange').selectOption('CRYPTO');
    const crypto = report.series.filter(({ calendar }) => calendar === '24-7');
    expect((await tickers()).toSorted()).toEqual(crypto.map(({ ticker }) => ticker).toSorted());
    // All of them are of days: there is nothing to choose.
    expect(await page.locator('#interval').count()).toBe(0);
    expectCalm(opened);
    await opened.close();
  });

  it('is told cell by cell to who uses the keyboard alone', async () => {
    const opened = await open(file);
    const { page } = opened;
    await page.locator('#ticker').fill('ALFA');
    await page.locator('#map').focus();
    const cell = (): Promise<string[]> => page.locator('#cell > div').allTextContents();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    // The last column is a Friday of the exchanges or currencies; New York has a session that day.
    expect((await cell())[0]).toBe('ALFA 1d');
    await page.keyboard.press('Home');
    expect((await cell())[1]).toMatch(/^20\d\d-\d\d-\d\d \w{3}$/);
    const [, first = ''] = await cell();
    for (let i = 0; i < 9; i++) await page.keyboard.press('+');
    await page.keyboard.press('ArrowRight');
    const [, second = ''] = await cell();
    expect(Date.parse(second.slice(0, 10)) - Date.parse(first.slice(0, 10))).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    expect(await page.locator('#cell').isVisible()).toBe(false);
    expectCalm(opened);
    await opened.close();
  });

  it('zooms by the wheel only once it is chosen, so that a page that is scrolled is not caught', async () => {
    const opened = await open(file);
    const { page } = opened;
    const pixels = (): Promise<unknown> =>
      page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => done(document.querySelector('#map').toDataURL())))",
      );
    await page.locator('#map').hover();
    await page.locator('h1').hover();
    const whole = await pixels();
    await page.locator('#map').hover({ position: { x: 600, y: 200 } });
    await page.mouse.wheel(0, -600);
    await page.keyboard.press('Escape');
    await page.locator('h1').hover();
    expect((await pixels()) === whole).toBe(true);
    await page.locator('#map').focus();
    await page.locator('#map').hover({ position: { x: 600, y: 200 } });
    await page.mouse.wheel(0, -600);
    await page.locator('h1').hover();
    expect((await pixels()) === whole).toBe(false);
    await page.getByRole('button', { name: 'Show all of the map' }).click();
    await page.locator('h1').hover();
    expect((await pixels()) === whole).toBe(true);
    await opened.close();
  });

  describe.each(LOOKS)('%i pixels wide, %s', (width, scheme) => {
    it('has nothing that is hard to use for some, and nothing wider than itself', async () => {
      const opened = await open(file, { width, scheme });
      const { page } = opened;
      await page.evaluate(axe.source);
      const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
      const bad = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(bad.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(found.passes.length).toBeGreaterThan(20);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expectCalm(opened);
      await opened.close();
    });
  });

  it('is one file of its own, below a megabyte for so few series', async () => {
    const html = await readFile(file, 'utf8');
    expect(html.length).toBeLessThan(1_000_000);
    expect(html).not.toMatch(/<link|<script src|@import|url\(/);
  });
});
