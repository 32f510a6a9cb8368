import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { CHROMIUM, describeWith } from '../needs.ts';
import { coverage, NOON, update, WEEK, WEEK_DAYS } from '../store/fixtures.ts';
import { hardToUse, visit, withBrowser } from './browser.ts';

describeWith(CHROMIUM)('the live page of a store that goes away', () => {
  withBrowser();

  it('says so for as long as it is gone, and shows nothing that it had', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-away-'));
    const store = join(folder, 'prices');
    await openStore(store).upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    const history = openHistory({ store, stateFolder: folder, clock: () => NOON });
    const dashboard = await startDashboard({ history, store, port: 0 });
    const opened = await visit(dashboard.url);
    const { page } = opened;
    const trouble = page.locator('#store-trouble');
    await expect.poll(() => page.locator('#stored-bars').textContent()).toBe('5');
    expect(await trouble.isVisible()).toBe(false);
    await rename(store, join(folder, 'moved'));
    const why = `The store is not there. store ${store}: there is no such folder`;
    await expect.poll(() => trouble.textContent()).toContain(why);
    const seen = async (): Promise<boolean[]> =>
      Promise.all(
        ['#store-trouble', '#stored-bars', '#last-runs'].map((one) => page.locator(one).isVisible()),
      );
    expect(await seen()).toEqual([true, false, false]);
    expect((await page.reload())?.status()).toBe(503);
    await expect.poll(() => trouble.textContent()).toContain(why);
    expect(await page.locator('#last-runs').isVisible()).toBe(false);
    expect(await hardToUse(page)).toEqual([]);
    await rename(join(folder, 'moved'), store);
    await expect.poll(() => page.locator('#stored-bars').textContent()).toBe('5');
    expect(await seen()).toEqual([false, true, true]);
    await opened.close();
    await dashboard.close();
    await history.close();
    await rm(folder, { recursive: true });
  });
});
