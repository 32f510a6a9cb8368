import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageHtml } from '../../src/report/coverage-page/page-html.ts';
import { pageOf } from '../../src/report/coverage-page/page-of.ts';
import { pageCode } from '../../src/library/page-code.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { content, NO_ISSUES } from '../report/coverage-page/paged.ts';
import { state, WHOLE } from '../report/october.ts';
import { expectCalm, withBrowser } from './browser.ts';

/** What would run if any of it were taken for markup. */
const HOSTILE = '</script><!--<script>hacked=1</script><img src="x" onerror="hacked=1">';

describeWith(CHROMIUM)('a page of a store with hostile names', () => {
  const open = withBrowser();
  let folder = '';
  let file = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-hostile-'));
    file = join(folder, 'report.html');
    const data = pageOf(
      content([state(HOSTILE, { present: WHOLE }), state('ALFA', { present: WHOLE })], {
        store: HOSTILE,
        version: HOSTILE,
        universes: new Map([[HOSTILE, [HOSTILE]]]),
        issues: {
          ...NO_ISSUES,
          setAside: [HOSTILE],
          warnings: [{ ticker: HOSTILE, interval: '1d', session: HOSTILE, kind: 'spike', note: HOSTILE }],
        },
      }),
    );
    await writeFile(file, pageHtml(data, await pageCode('coverage')));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('shows them as they are, and runs nothing of them', async () => {
    const opened = await open(file);
    const { page } = opened;
    await page.locator('#ticker').fill('IMG');
    await page.locator('#map').hover({ position: { x: 600, y: 30 } });
    expect(await page.locator('#cell > div').first().textContent()).toBe(`${HOSTILE} 1d`);
    for (const part of ['#store', '#series tbody', '#universes tbody', '#issues tbody'])
      expect([part, await page.locator(part).textContent()]).toEqual([
        part,
        expect.stringContaining(HOSTILE),
      ]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    expect(await page.title()).toBe(`Coverage of ${HOSTILE}, 2026-10-31`);
    expectCalm(opened);
    await opened.close();
  });

  it('could not run nor fetch anything else if it wanted to', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const opened = await open(file);
    const { page, said } = opened;
    const script = `document.body.append(Object.assign(document.createElement('script'), { textContent: 'hacked=1' }))`;
    await page.evaluate(script);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
    const got = await page.evaluate(
      `fetch('${url}', { mode: 'no-cors' }).then(() => 'got it', () => 'refused')`,
    );
    expect([got, asked]).toEqual(['refused', 0]);
    expect(said.join('\n')).toContain('Content Security Policy');
    await opened.close();
    server.close();
  });
});
