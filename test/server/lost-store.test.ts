import { chmod, mkdir, mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackfillError, type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, WEEK, WEEK_DAYS, coverage, update } from '../store/fixtures.ts';
import { ask } from './ask.ts';

// A store that goes away under the server that shows it: a folder is moved, a disk unmounted, or fails.

const PAGES = ['/', '/series', '/series/AAPL/1d', '/series/NOSUCH/1d', '/runs', '/runs/nosuch', '/coverage'];

let folder = '';
let store = '';
let history: History;
let dashboard: Dashboard;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-lost-'));
  await chmod(folder, 0o755);
  store = join(folder, 'prices');
  await openStore(store).upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  history = openHistory({ store, stateFolder: folder, clock: () => NOON });
  dashboard = await startDashboard({ history, store, port: 0 });
});
afterEach(async () => {
  await dashboard.close();
  await history.close();
  await rm(folder, { recursive: true });
});

/** The status of every page, and whether it says something. */
const statuses = (of: Dashboard, text: string): Promise<(readonly [string, number, boolean])[]> =>
  Promise.all(
    PAGES.map(async (path) => {
      const { status, body } = await ask(of.url, path);
      return [path, status, body.includes(text)] as const;
    }),
  );

/** What listeners of a dashboard were told, as it comes. */
function listen(of: Dashboard): { readonly all: () => string; readonly close: () => void } {
  let all = '';
  const listening = get(`${of.url}events`, (response) =>
    response.setEncoding('utf8').on('data', (part: string) => (all += part)),
  );
  return { all: () => all, close: () => void listening.destroy() };
}

const lost = (): (readonly [string, number, boolean])[] => PAGES.map((path) => [path, 503, true]);

const FOUND = PAGES.map((path) => [path, path.includes('nosuch') || path.includes('NOSUCH') ? 404 : 200]);

const codes = async (): Promise<(readonly [string, number])[]> =>
  (await statuses(dashboard, '')).map(([path, status]) => [path, status]);

describe('every page of a store that goes away says so, and shows it again once it is back', () => {
  it('where its folder is moved', async () => {
    expect(await codes()).toEqual(FOUND);
    const events = listen(dashboard);
    await expect.poll(events.all).toContain('"series":1');
    await rename(store, join(folder, 'moved'));
    const why = `store ${store}: there is no such folder`;
    expect(await statuses(dashboard, why)).toEqual(lost());
    await expect.poll(events.all).toContain(`"trouble":{"title":"The store is not there","message":"${why}`);
    await rename(join(folder, 'moved'), store);
    expect(await codes()).toEqual(FOUND);
    await expect.poll(() => /"trouble":null.*$/s.exec(events.all().split(why).at(-1) ?? '')).not.toBeNull();
    expect(events.all().split(why).at(-1)).toContain('"series":1');
    events.close();
  });

  it('where an empty folder stands in its place, as where a disk was unmounted', async () => {
    await rename(store, join(folder, 'disk'));
    await mkdir(store);
    const why = `store ${store}: there is no store in this folder`;
    expect(await statuses(dashboard, why)).toEqual(lost());
  });

  it.each(['moved', 'unmounted'])('where it is %s while nobody listens, to who comes next', async (how) => {
    const first = listen(dashboard);
    await expect.poll(first.all).toContain('"series":1');
    first.close();
    await rename(store, join(folder, 'disk'));
    if (how === 'unmounted') await mkdir(store);
    const events = listen(dashboard);
    await expect.poll(events.all).toContain('event: store');
    expect(/event: store\ndata: (.*)/.exec(events.all())?.[1]).toContain('"title":"The store is not there"');
    expect(events.all()).not.toContain('"series":1');
    const second = listen(dashboard);
    await expect.poll(second.all).toContain('"title":"The store is not there"');
    if (how === 'unmounted') await rmdir(store);
    await rename(join(folder, 'disk'), store);
    const later = listen(dashboard);
    await expect.poll(later.all).toContain('"series":1');
    expect(later.all()).not.toContain('is not there');
    for (const one of [events, second, later]) one.close();
  });

  it('where we lost the right to it', async () => {
    const isRoot = process.geteuid?.() === 0;
    await chmod(store, 0o000);
    if (isRoot) process.seteuid?.(65_534);
    try {
      const why = `the store ${store} cannot be used: permission denied`;
      expect(await statuses(dashboard, why)).toEqual(lost());
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(store, 0o700);
    }
    expect(await codes()).toEqual(FOUND);
  });

  it('where its disk or its server fails', async () => {
    const why = 'the store prices cannot be used: EIO: i/o error, scandir';
    const fail = (): Promise<never> => Promise.reject(new BackfillError('store-unusable', why));
    const failing: History = { ...history, whyNone: async () => undefined, runs: fail, coverage: fail };
    const own = await startDashboard({ history: failing, store, port: 0 });
    expect(await statuses(own, why)).toEqual(lost());
    const events = listen(own);
    await expect.poll(events.all).toContain(`"message":"${why}"`);
    expect(events.all()).not.toContain('"series":1');
    events.close();
    await own.close();
  });
});

describe('a dashboard of runs', () => {
  it('takes a store for lost that was there, not one that a first run has yet to make', async () => {
    const next = (): string => 'Next run: soon';
    const own = await startDashboard({ history, store, port: 0, hasRuns: true, next });
    const none = join(folder, 'none');
    const fresh = openHistory({ store: none, provider: { id: 'sample' }, stateFolder: folder });
    const first = await startDashboard({ history: fresh, store: none, port: 0, hasRuns: true, next });
    expect((await ask(own.url, '/')).status).toBe(200);
    await rename(store, join(folder, 'moved'));
    expect((await ask(own.url, '/')).status).toBe(503);
    expect((await ask(first.url, '/series')).status).toBe(200);
    await fresh.backfill({ tickers: ['ALFA'], days: 5 });
    expect((await ask(first.url, '/')).status).toBe(200);
    await rm(none, { recursive: true });
    expect((await ask(first.url, '/series')).status).toBe(503);
    await Promise.all([own.close(), first.close(), fresh.close()]);
    await rename(join(folder, 'moved'), store);
  });
});
