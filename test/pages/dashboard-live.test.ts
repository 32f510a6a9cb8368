import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { CALM } from '../report/calm-run.ts';
import { finished, planned, running, started, taskOf } from '../server/run-events.ts';
import { LOOKS, expectCalm, hardToUse, type OpenPage, visit, withBrowser } from './browser.ts';

/** What would run if any of it were taken for markup. */
const HOSTILE = '"><img/src="x"onerror="hacked=1">';

const TICKERS = ['ALFA', 'BRIQ', HOSTILE, 'CORV', 'DUNO', ...Array.from({ length: 300 }, (_, i) => `T${i}`)];
const TASKS = TICKERS.map((ticker) => taskOf('1', ticker));

describeWith(CHROMIUM)('the page of a run', () => {
  withBrowser();
  let store = '';
  let history: History;
  let dashboard: Dashboard;
  let opened: OpenPage | undefined;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'backfill-live-'));
    history = openHistory({ store, stateFolder: store, quotas: [{ requests: 120, perMs: 60_000 }] });
  });
  afterAll(async () => {
    await history.close();
    await rm(store, { recursive: true });
  });
  beforeEach(async () => {
    dashboard = await startDashboard({ history, store, port: 0, hasRuns: true });
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    await dashboard.close();
  });

  /** A run in its middle: two failed, of one of them nothing is to be had, some are done and one is in work. */
  function midway(): void {
    const { observer } = dashboard;
    observer.note(planned(...TASKS));
    observer.note(running(() => ({ sent: 12, retries: 3, throttles: 2, bytesReceived: 123_456 })));
    for (const task of TASKS.slice(0, 40)) observer.note(started(task));
    for (const [i, task] of TASKS.slice(0, 39).entries())
      observer.note(finished(task, 0, { 2: 'network', 3: 'unknown-ticker' }[i]));
  }

  const textAt = (id: string): Promise<string | null> =>
    opened?.page.locator(`#${id}`).textContent() ?? Promise.resolve(null);

  /** What a number is called, and the number. */
  const tile = async (id: string): Promise<string | null | undefined> =>
    opened?.page.locator('#numbers > div', { has: opened.page.locator(`#now-${id}`) }).textContent();

  it('has a run from its beginning to its end without being loaded again, and the next one after it', async () => {
    opened = await visit(dashboard.url);
    const { page } = opened;
    await page.locator('#idle').waitFor();
    midway();
    await expect.poll(() => textAt('phase')).toBe('Run in progress: yahoo');
    await expect.poll(() => textAt('now-throttles')).toBe('2');
    expect(await textAt('how-far')).toMatch(/^39 of 305 series \(12.7%\)/);
    expect([await textAt('now-bars'), await textAt('now-bytes')]).toEqual(['9,250', '123.5 KB']);
    expect([
      await textAt('count-d'),
      await textAt('count-f'),
      await textAt('count-u'),
      await textAt('count-b'),
    ]).toEqual(['37', '1', '1', '1']);
    // What changes is told without the rest.
    dashboard.observer.note(finished(TASKS[39] as (typeof TASKS)[number]));
    await expect.poll(() => textAt('count-d')).toBe('38');
    expect([await tile('bars'), await tile('tasks-in-work')]).toEqual([
      'Bars that came9,500',
      'Tasks in work0',
    ]);
    expect([await textAt('count-b'), await textAt('now-bars')]).toEqual(['0', '9,500']);
    dashboard.observer.ended({ ...CALM, fetched: 37, failures: [], stopped: null });
    await expect.poll(() => textAt('phase')).toBe('Run ended: yahoo');
    expect(await textAt('end')).toContain('Fetched: 37');
    // What the summary counts of the bars that came.
    expect(await tile('bars')).toBe('Bars12,345');
    expect(await textAt('end')).toContain('Bars: 12,345');
    dashboard.observer.note(planned(taskOf('1', 'OTHER')));
    await expect.poll(() => textAt('phase')).toBe('Run being planned: yahoo');
    await expect
      .poll(() => page.locator('#run-map').getAttribute('aria-label'))
      .toContain('Map of 1 series: 1 waiting');
    expect(await page.locator('#end').isVisible()).toBe(false);
    expectCalm(opened);
  });

  it('tells what is next where its process goes on, but not while a run does, and what the store has', async () => {
    let next: string | null = 'Next run: <b>tomorrow</b>';
    const daily = await startDashboard({ history, store, port: 0, hasRuns: true, next: () => next });
    opened = await visit(daily.url);
    const { page } = opened;
    await expect.poll(() => textAt('next')).toBe('Next run: <b>tomorrow</b>');
    await expect.poll(() => textAt('stored-series')).toBe('0');
    next = null;
    daily.observer.note(planned(...TASKS));
    await expect.poll(() => page.locator('#next').isVisible()).toBe(false);
    await expect.poll(() => textAt('phase')).toBe('Run being planned: yahoo');
    next = 'Next run: the day after';
    daily.observer.ended({ ...CALM, fetched: 37, failures: [], stopped: null });
    await expect.poll(() => textAt('next')).toBe('Next run: the day after');
    await expect.poll(() => textAt('phase')).toBe('Run ended: yahoo');
    expectCalm(opened);
    await daily.close();
  });

  it('takes nothing of a ticker for markup', async () => {
    midway();
    opened = await visit(dashboard.url);
    const { page } = opened;
    await expect.poll(() => page.locator('#failures tbody').textContent()).toContain(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    const link = page.locator('#failures tbody a', { hasText: 'onerror' });
    expect(await link.getAttribute('href')).toBe(`/series/${encodeURIComponent(HOSTILE)}/1d`);
    await link.click();
    await page.locator('#trouble').waitFor();
    expect(await textAt('trouble')).toContain('is not a ticker');
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    // Of a page that there is not the console says so.
    expect(opened.said.filter((line) => !line.includes('404'))).toEqual([]);
  });

  it('has a map that a keyboard reads cell by cell, and that leads to a series', async () => {
    midway();
    opened = await visit(dashboard.url);
    const { page } = opened;
    const cell = (): Promise<string[]> => page.locator('#run-cell > div').allTextContents();
    await page.locator('#run-map').focus();
    await page.keyboard.press('f');
    expect(await cell()).toEqual([`${HOSTILE} 1d`, 'failed']);
    await page.keyboard.press('ArrowRight');
    expect(await cell()).toEqual(['CORV 1d', 'not to be had']);
    await page.keyboard.press('End');
    expect(await cell()).toEqual(['T299 1d', 'waiting']);
    await page.keyboard.press('Home');
    expect(await cell()).toEqual(['ALFA 1d', 'done']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await cell()).toEqual(['ALFA 1d', 'done']);
    await page.keyboard.press('Escape');
    expect(await page.locator('#run-cell').isVisible()).toBe(false);
    await page.locator('#run-map').hover({ position: { x: 5, y: 5 } });
    expect(await cell()).toEqual(['ALFA 1d', 'done']);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/series/ALFA/1d');
    expect(await textAt('trouble')).toContain('nothing of it is stored');
  });

  it('keeps whoever is on a link of a table there while its rows change', async () => {
    midway();
    opened = await visit(dashboard.url);
    const { page } = opened;
    await page.locator('#failures tbody a', { hasText: 'CORV' }).focus();
    dashboard.observer.note(finished(TASKS[39] as (typeof TASKS)[number], 0, 'timeout'));
    await expect.poll(() => page.locator('#failures tbody tr').count()).toBe(3);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('CORV');
  });

  it('is for those with the token, who bring it once', async () => {
    const token = 'a-token-of-some-length';
    const own = await startDashboard({ history, store, port: 0, token, hasRuns: true });
    opened = await visit(own.url);
    const { page } = opened;
    expect(await page.locator('body').textContent()).toContain('a token is needed');
    await page.goto(`${own.url}?token=${token}`);
    await expect.poll(() => textAt('link')).toBe('Live');
    expect(page.url()).toBe(own.url);
    await page.goto(`${own.url}runs`);
    expect(await page.locator('h1').textContent()).toBe('Runs');
    await own.close();
  });

  describe.each(LOOKS)('%i pixels wide, %s', (width, scheme) => {
    it('has nothing that is hard to use for some, and nothing wider than itself', async () => {
      midway();
      opened = await visit(dashboard.url, { width, scheme });
      const { page } = opened;
      await expect.poll(() => page.locator('#pace canvas').count()).toBe(1);
      await expect.poll(() => page.locator('#failures tbody tr').count()).toBe(2);
      expect(await hardToUse(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      dashboard.observer.ended({ ...CALM, failed: 1 });
      await page.locator('#end').waitFor();
      expect(await hardToUse(page)).toEqual([]);
      expectCalm(opened);
    });
  });
});
