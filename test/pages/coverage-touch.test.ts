import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { inventedCoverage } from '../../bench/market/invented-coverage.ts';
import { pageCode } from '../../src/library/page-code.ts';
import { pageHtml } from '../../src/report/coverage-page/page-html.ts';
import { pageOf } from '../../src/report/coverage-page/page-of.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { expectCalm, type OpenPage, withBrowser } from './browser.ts';

type Finger = readonly [x: number, y: number];

describeWith(CHROMIUM)('a map that is touched', () => {
  const open = withBrowser();
  let folder = '';
  let file = '';
  let opened: OpenPage;
  let screen: CDPSession;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-touch-'));
    file = join(folder, 'report.html');
    await writeFile(file, pageHtml(pageOf(inventedCoverage(400, 500)), await pageCode('coverage')));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    opened = await open(file, { width: 390, isTouched: true });
    screen = await opened.page.context().newCDPSession(opened.page);
    await opened.page.locator('#ticker').fill('T');
    await opened.page.getByRole('button', { name: 'Ticker', exact: true }).click();
    await opened.page.evaluate("document.querySelector('#map').scrollIntoView({ block: 'center' })");
  });
  afterEach(async () => {
    expectCalm(opened);
    await opened.close();
  });

  const touch = (
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    fingers: readonly Finger[],
  ): Promise<unknown> =>
    screen.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: fingers.map(([x, y], id) => ({ x, y, id })),
    });

  /** Puts fingers down one after the other, moves them from some places to others in steps, and lifts them. */
  const drag = async (from: readonly Finger[], to: readonly Finger[]): Promise<void> => {
    for (const [i] of from.entries()) await touch('touchStart', from.slice(0, i + 1));
    for (let step = 1; step <= 10; step++) {
      const part = from.map(([x, y], i): Finger => {
        const [endX, endY] = to[i] as Finger;
        return [x + ((endX - x) * step) / 10, y + ((endY - y) * step) / 10];
      });
      await touch('touchMove', part);
    }
    await touch('touchEnd', []);
  };

  /** Where the map is, and what it says of the cell under a finger at a place of it. */
  const mapAt = async (
    x: number,
    y: number,
  ): Promise<{ left: number; top: number; row: number; day: number }> => {
    const { x: left = 0, y: top = 0 } = (await opened.page.locator('#map').boundingBox()) ?? {};
    await drag([[left + x, top + y]], [[left + x, top + y]]);
    const [ticker = '', day = ''] = await opened.page.locator('#cell > div').allTextContents();
    return { left, top, row: Number(ticker.slice(1, 6)), day: Date.parse(day.slice(0, 10)) / 86_400_000 };
  };
  const scrolled = (): Promise<number> => opened.page.evaluate('window.scrollY');

  it('is zoomed by two fingers that part, and what was between them stays there', async () => {
    const before = await mapAt(200, 260);
    const [x, y] = [before.left + 200, before.top + 260];
    const corner = await mapAt(70, 60);
    await drag(
      [
        [x - 30, y - 30],
        [x + 30, y + 30],
      ],
      [
        [x - 90, y - 90],
        [x + 90, y + 90],
      ],
    );
    const after = await mapAt(200, 260);
    expect(Math.abs(after.row - before.row)).toBeLessThan(4);
    expect(Math.abs(after.day - before.day)).toBeLessThan(8);
    const zoomed = await mapAt(70, 60);
    // A third as many cells fit between two places of a map that is three times as large.
    expect((after.row - zoomed.row) / (before.row - corner.row)).toBeCloseTo(1 / 3, 1);
    expect((after.day - zoomed.day) / (before.day - corner.day)).toBeCloseTo(1 / 3, 1);
    await drag(
      [
        [x - 90, y - 90],
        [x + 90, y + 90],
      ],
      [
        [x - 10, y - 10],
        [x + 10, y + 10],
      ],
    );
    expect(await mapAt(70, 60)).toEqual(corner);
  });

  it.each([
    [-30, -80],
    [0, -80],
  ])('goes by %i and %i pixels with two fingers, and the page stays where it is', async (byX, byY) => {
    for (let i = 0; i < 2; i++) await opened.page.getByRole('button', { name: 'Zoom in' }).click();
    await opened.page.evaluate("document.querySelector('#map').scrollIntoView({ block: 'center' })");
    const before = await mapAt(200, 260);
    const [x, y] = [before.left + 200, before.top + 260];
    const at = await scrolled();
    const fingers: readonly Finger[] = [
      [x - 20, y],
      [x + 40, y],
    ];
    await drag(
      fingers,
      fingers.map(([from, down]): Finger => [from + byX, down + byY]),
    );
    expect(await scrolled()).toBe(at);
    const after = await mapAt(200 + byX, 260 + byY);
    expect(Math.abs(after.row - before.row)).toBeLessThan(3);
    expect(Math.abs(after.day - before.day)).toBeLessThan(6);
    const moved = await mapAt(200, 260);
    expect(moved.row).toBeGreaterThan(before.row + 10);
    expect(moved.day >= before.day + 10).toBe(byX !== 0);
  });

  it('lets one finger that goes up scroll the page past it', async () => {
    const at = await scrolled();
    const { left, top } = await mapAt(200, 260);
    await drag([[left + 200, top + 260]], [[left + 200, top + 100]]);
    await expect.poll(scrolled).toBeGreaterThan(at + 50);
  });
});
