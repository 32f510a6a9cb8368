import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { coverage, update, WEEK, WEEK_DAYS } from '../store/fixtures.ts';
import { expectCalm, hardToUse, lookedAt, type OpenPage, visit, withBrowser } from './browser.ts';

/** The clock of the store. */
let now = Date.parse('2026-03-02T23:00:00Z');

/** A series that a second run fetched again. */
const AGAIN = 'ALFA';

/** A series of the sample market with a split in the year, and one with a session without a bar. */
const [SPLIT, HOLES] = ['CORV', 'SABL'];

describeWith(CHROMIUM)('the pages of a store', () => {
  withBrowser();
  let store = '';
  let history: History;
  let dashboard: Dashboard;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'backfill-pages-'));
    history = openHistory({ store, provider: { id: 'sample' }, stateFolder: store, clock: () => now });
    await history.backfill({ tickers: 'all', days: 600 });
    await history.forget(SPLIT, { start: '2026-01-12', end: '2026-01-14' });
    now += 60_000;
    await history.backfill({ tickers: [AGAIN], days: 600, everything: true });
    dashboard = await startDashboard({ history, store, port: 0 });
  });
  afterAll(async () => {
    await dashboard.close();
    await history.close();
    await rm(store, { recursive: true });
  });

  const textsOf = ({ page }: OpenPage, where: string): Promise<string[]> =>
    page.locator(where).allTextContents();

  it('has every series, the worst first, and those that are looked for', async () => {
    const opened = await visit(`${dashboard.url}series`);
    const { page } = opened;
    const report = await history.coverage();
    expect(await page.locator('#total-series').textContent()).toBe(String(report.totals.series));
    expect((await textsOf(opened, 'tbody th'))[0]).toBe(SPLIT);
    await page.locator('#ticker').fill('alf, sab');
    expect((await textsOf(opened, 'tbody th')).toSorted()).toEqual(['ALFA', HOLES]);
    await page.locator('tbody a', { hasText: 'ALFA' }).click();
    await expect.poll(() => page.locator('h1').textContent()).toBe('ALFA 1d');
    expectCalm(opened);
    await opened.close();
  });

  it('draw a series with its gaps, splits and dividends, and list them', async () => {
    const opened = await visit(`${dashboard.url}series/${SPLIT}/1d`);
    const { page } = opened;
    const [known] = (await history.coverage({ tickers: [SPLIT ?? ''] })).series;
    const actions = await history.actions(SPLIT ?? '');
    expect(actions.some(({ kind }) => kind === 'split')).toBe(true);
    expect(await page.locator('#missing').textContent()).toBe('3');
    expect((await textsOf(opened, '#gaps tbody tr:first-child > *')).slice(0, 3)).toEqual([
      '2026-01-12',
      '2026-01-14',
      '3',
    ]);
    expect(await page.locator('#marks tbody tr').count()).toBe(Math.min(50, actions.length));
    expect(await textsOf(opened, '#marks tbody td:nth-child(2)')).toContain('Split');
    const chart = page.locator('.chart');
    await expect.poll(() => chart.getAttribute('aria-label')).toContain(`${known?.rows} bars`);
    expect(await chart.getAttribute('aria-label')).toContain('3 sessions missing');
    const pixels = (): Promise<unknown> =>
      page.evaluate("document.querySelector('.chart canvas').toDataURL()");
    const before = await pixels();
    await page.getByRole('button', { name: 'Zoom in' }).press('Enter');
    await expect.poll(async () => (await pixels()) === before).toBe(false);
    expectCalm(opened);
    await opened.close();
  });

  it('say of a bar under the pointer what it is, and of a gap that there is none', async () => {
    const opened = await visit(`${dashboard.url}series/${SPLIT}/1d?end=2026-01-20`);
    const { page } = opened;
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(1);
    await page.getByRole('button', { name: 'Show all bars' }).click();
    // The red of three missing sessions in 600 is some pixels wide, and near the right edge.
    const red = `(() => {
      const canvas = document.querySelector('.chart canvas');
      const { data, width } = canvas.getContext('2d').getImageData(0, 60, canvas.width, 1);
      return Array.from({ length: width }, (_, x) => data[x * 4] - data[x * 4 + 1]).filter((by) => by > 40).length;
    })()`;
    await expect.poll(() => page.evaluate(red)).toBeGreaterThan(2);
    expectCalm(opened);
    await opened.close();
  });

  it('shows the last bars of a series of which years are missing behind them, and these', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-late-'));
    const learned = coverage({ present: [WEEK_DAYS] });
    await openStore(folder).upsert(update(WEEK, { learned }));
    const late = openHistory({ store: folder, stateFolder: folder, clock: () => Date.UTC(2027, 10, 29) });
    const own = await startDashboard({ history: late, store: folder, port: 0 });
    const opened = await visit(`${own.url}series/AAPL/1d`);
    const { page } = opened;
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(1);
    expect(await page.locator('#said').textContent()).toMatch(
      /^5 bars, 2026-02-23 to 2027-11-26, .* 4\d\d sessions of these missing \(red\)$/,
    );
    // What is read below makes the browser say that it is read.
    expectCalm(opened);
    // Of the candles, not of the slider below them: rising ones are green.
    const columnsOf = (high: number, low: number): string => `(() => {
      const canvas = document.querySelector('.chart canvas');
      const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, 300);
      const isSo = (x) => Array.from({ length: height }, (_, y) => 4 * (y * width + x))
        .some((at) => data[at + ${high}] - data[at + ${low}] > 40 && data[at + 3] > 0);
      return Array.from({ length: width }, (_, x) => x).filter(isSo).length;
    })()`;
    await expect.poll(() => page.evaluate(columnsOf(1, 0))).toBeGreaterThan(0);
    expect(await page.evaluate(columnsOf(0, 1))).toBeGreaterThan(400);
    await opened.close();
    await own.close();
    await late.close();
    await rm(folder, { recursive: true });
  });

  it('list the runs on record, and show one', async () => {
    const opened = await visit(`${dashboard.url}runs`);
    const { page } = opened;
    const { runs } = await history.runs();
    expect(await textsOf(opened, 'tbody th')).toEqual(runs.map(({ id }) => id));
    await page.locator('tbody a').first().click();
    await expect.poll(() => page.locator('h1').textContent()).toBe(`Run ${runs[0]?.id}`);
    expect(await page.locator('#run-bars').textContent()).toBe(runs[0]?.summary.bars.toLocaleString('en'));
    expect(await page.locator('pre').textContent()).toContain('Fetched: ');
    expectCalm(opened);
    await opened.close();
  });

  it('show of a run the series whose last answer it brought, and no others', async () => {
    const { runs } = await history.runs();
    const [newest, first] = [runs[0]?.id, runs.at(-1)?.id];
    expect(runs.map(({ summary }) => summary.fetched)).toEqual([1, 62]);
    const answered = async (id = ''): Promise<[number, string[]]> => {
      const opened = await visit(`${dashboard.url}runs/${id}`);
      const part = opened.page.locator('#answered');
      const told = (await part.locator('[role=status]').textContent()) ?? '';
      const shown = await part.locator('tbody th').allTextContents();
      await opened.close();
      return [Number(/(\d+) rows?$/.exec(told)?.[1]), shown];
    };
    expect(await answered(newest)).toEqual([1, [AGAIN]]);
    const [count, shown] = await answered(first);
    expect([count, shown.includes(AGAIN)]).toEqual([61, false]);
  });

  it('say that the store is looked at, not that it has no run, until that is done', async () => {
    let look = (): void => undefined;
    const looked = new Promise<void>((resolve) => (look = resolve));
    const slow: History = { ...history, status: () => looked.then(() => history.status()) };
    const own = await startDashboard({ history: slow, store, port: 0 });
    const opened = await visit(own.url);
    const { page } = opened;
    await expect.poll(() => page.locator('#link').textContent()).toBe('Live');
    expect(await page.locator('#looking').isVisible()).toBe(true);
    expect(await page.getByText('No run is on record').isVisible()).toBe(false);
    look();
    await expect.poll(() => page.locator('#last-runs tbody tr').count()).toBe(2);
    expect(await page.locator('#looking').isVisible()).toBe(false);
    await opened.close();
    await own.close();
  });

  it('lead to the report of coverage', async () => {
    const opened = await visit(dashboard.url);
    const { page } = opened;
    await page.getByRole('link', { name: 'Coverage report' }).click();
    await page.locator('#map[width]').waitFor();
    expect(await page.title()).toMatch(/^Coverage of /);
    expectCalm(opened);
    await opened.close();
  });

  it('go by the keyboard alone, and to the content past the links', async () => {
    const opened = await visit(`${dashboard.url}series`);
    const { page } = opened;
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('ticker');
    expectCalm(opened);
    await opened.close();
  });

  const PATHS = ['', 'series', `series/${SPLIT}/1d`, `series/${HOLES}/1d`, 'runs', 'runs/last'];

  it.each(lookedAt(PATHS))(
    '/%s, %i pixels wide, %s, has nothing that is hard to use for some, and nothing wider than itself',
    async (path, width, scheme) => {
      const opened = await visit(dashboard.url + path, { width, scheme });
      const { page } = opened;
      if (path === '') await expect.poll(() => page.locator('#stored-series').count()).toBe(1);
      expect(await hardToUse(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expectCalm(opened);
      await opened.close();
    },
  );
});
