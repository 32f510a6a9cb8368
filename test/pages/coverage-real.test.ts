import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from '../acceptance/programs.ts';
import { CHROMIUM, REAL_DATA, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { expectCalm, withBrowser } from './browser.ts';

const NEEDED = CHROMIUM.isMet ? REAL_DATA : CHROMIUM;
const TICKERS = ['AAPL', 'APTV', 'BMY', 'ICE', 'MSFT', 'ORCL'];
const RANGE = ['--start', '2013-02-08', '--end', '2018-02-07'];

describeWith(NEEDED)('the page of coverage of real tickers with known holes', () => {
  const open = withBrowser();
  let folder = '';
  let file = '';
  let simulator: RunningSimulator;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-page-real-'));
    file = join(folder, 'report.html');
    simulator = await startSimulate(folder, ['--from', realData('daily-sp500-2013-2018')]);
    const store = ['--store', join(folder, 'store'), ...RANGE];
    const from = ['--provider-url', `yahoo=${simulator.url}`, '--tickers', TICKERS.join(','), '--quiet'];
    await run('backfill', [...store, ...from]);
    const { stderr } = await run('check-data', [...store, '--html', file]);
    expect(stderr).toBe(`Page written to ${file}\n`);
  });
  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it('shows the two holes of BMY where they are, in the colour and with the words of their reason', async () => {
    const opened = await open(file);
    const { page } = opened;
    await page.locator('#ticker').fill('BMY');
    const cell = (): Promise<string[]> => page.locator('#cell > div').allTextContents();
    // The colour of a session that the provider has no bar of, as the legend has it; each cell gets as large as it can.
    await page.locator('#map').hover({ position: { x: 145, y: 30 } });
    await page.locator('#map').focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press('+');
    await page.keyboard.press('Home');
    const find = `new Promise((done) => requestAnimationFrame(() => {
      const canvas = document.querySelector('#map');
      const swatch = getComputedStyle(document.querySelector('.kind-vendor-empty')).backgroundColor;
      const { width } = canvas;
      const line = new OffscreenCanvas(width, 1).getContext('2d');
      line.drawImage(canvas, 0, -26);
      const { data } = line.getImageData(0, 0, width, 1);
      const found = [];
      for (let x = 0; x < width; x++)
        if (swatch === 'rgb(' + [data[x * 4], data[x * 4 + 1], data[x * 4 + 2]].join(', ') + ')') found.push(x);
      done(found);
    }))`;
    const seen = new Map<string, readonly string[]>();
    for (let turn = 0; turn < 8 && seen.size < 2; turn++) {
      const orange = (await page.evaluate(find)) as number[];
      for (const x of orange.filter((one) => orange.includes(one + 10))) {
        await page.locator('#map').hover({ position: { x: x + 5, y: 30 } });
        const lines = await cell();
        seen.set(lines[1] ?? '', lines);
      }
      for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowRight');
    }
    const why = ['absent: vendor-empty – the provider answered without a bar', 'said by yahoo'];
    expect([...seen.values()]).toEqual([
      ['BMY 1d', '2013-04-26 Fri', ...why],
      ['BMY 1d', '2013-06-07 Fri', ...why],
    ]);
    expectCalm(opened);
    await opened.close();
  });

  it('tells the worst of several cells that stand in one pixel', async () => {
    const opened = await open(file, { width: 390 });
    const { page } = opened;
    await page.locator('#ticker').fill('APTV');
    await page.locator('#map').hover({ position: { x: 200, y: 30 } });
    const [ticker, , what, , worst] = await page.locator('#cell > div').allTextContents();
    expect([ticker, what]).toEqual(['APTV 1d', 'absent: pre-listing – before its first trade']);
    expect(worst).toMatch(/^the worst of \d cells here: absent: pre-listing \d$/);
    expectCalm(opened);
    await opened.close();
  });
});
