import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageCode } from '../../src/library/page-code.ts';
import { pageHtml } from '../../src/report/coverage-page/page-html.ts';
import { pageOf } from '../../src/report/coverage-page/page-of.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { content } from '../report/coverage-page/paged.ts';
import { state, WHOLE } from '../report/october.ts';
import { days } from '../store/fixtures.ts';
import { expectCalm, type OpenPage, withBrowser } from './browser.ts';

/** The colours in the middle of the column of a place, from top to bottom, each as often as it stands below itself: `[r, g, b]`. */
const COLUMN = (x: number): string => `new Promise((done) => requestAnimationFrame(() => {
  const canvas = document.querySelector('#map');
  const copy = new OffscreenCanvas(1, canvas.height).getContext('2d');
  copy.drawImage(canvas, -${x}, 0);
  const { data } = copy.getImageData(0, 20, 1, canvas.height - 20);
  done(Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(i * 4, i * 4 + 3)]));
}))`;

/** Of a kind, as the legend shows it. */
async function colourOf({ page }: OpenPage, kind: string): Promise<number[]> {
  const colour = `getComputedStyle(document.querySelector('.kind-${kind}')).backgroundColor`;
  const text = (await page.evaluate(colour)) as string;
  return [...text.matchAll(/\d+/g)].map(Number);
}

describeWith(CHROMIUM)('a map with less room than it has rows', () => {
  const open = withBrowser();
  let folder = '';
  let file = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-binned-'));
    file = join(folder, 'report.html');
    const whole = Array.from({ length: 10_399 }, (_, i) => state(`T${i}`, { present: WHOLE }));
    const lacks = state('LACKS', {
      present: [days('2026-10-01', '2026-10-14'), days('2026-10-15', '2026-10-31')],
    });
    await writeFile(file, pageHtml(pageOf(content([...whole, lacks])), await pageCode('coverage')));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('shows one missing session among twenty in a third of their colour', async () => {
    const opened = await open(file);
    const { page } = opened;
    await page.locator('#ticker').fill('T, L');
    await page.getByRole('button', { name: 'Ticker', exact: true }).click();
    // The tenth of twenty-two sessions, in the middle of its column.
    const map = page.locator('#map');
    const { width = 0 } = (await map.boundingBox()) ?? {};
    const x = Math.round(84 + ((width - 84) * 9.5) / 22);
    const column = (await page.evaluate(COLUMN(x))) as number[][];
    const [present, missing] = [await colourOf(opened, 'present'), await colourOf(opened, 'missing')];
    const mixed = present.map((value, i) => Math.round((value * 2 + (missing[i] ?? 0)) / 3));
    expect(column).toHaveLength(520);
    const others = column.flatMap((colour, y) => (String(colour) === String(present) ? [] : [{ colour, y }]));
    // It is the first by its name: its pixel is the first.
    expect(others).toEqual([{ colour: mixed, y: 0 }]);
    // A mouse points at whole pixels of the page.
    const { y: top = 0 } = (await map.boundingBox()) ?? {};
    await map.hover({ position: { x, y: Math.ceil(top + 20) - top } });
    expect(await page.locator('#cell > div').allTextContents()).toEqual([
      'LACKS 1d',
      '2026-10-14 Wed',
      'missing – nothing is known',
      'the worst of 20 cells here: missing 1, present 19',
    ]);
    expectCalm(opened);
    await opened.close();
  });
});
