import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, WEEK, WEEK_DAYS, coverage, daily, days, update } from '../store/fixtures.ts';
import { ask } from './ask.ts';

let folder = '';
let history: History;
let dashboard: Dashboard;

beforeAll(async () => {
  // What would run if any of it were taken for markup.
  folder = await mkdtemp(join(tmpdir(), 'backfill-<img src=x onerror=hacked=1>-'));
  await openStore(folder).upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  const lacking = [daily('2026-02-23'), daily('2026-02-25')];
  const present = [days('2026-02-23', '2026-02-24'), days('2026-02-25', '2026-02-26')];
  await openStore(folder).upsert(
    update(lacking, { series: { ticker: 'GAPY', interval: '1d' }, learned: coverage({ present }) }),
  );
  history = openHistory({ store: folder, stateFolder: folder, clock: () => NOON });
  dashboard = await startDashboard({ history, store: folder, port: 0 });
});
afterAll(async () => {
  await dashboard.close();
  await history.close();
  await rm(folder, { recursive: true });
});

/** What a page was given to draw. */
async function shownAt(path: string): Promise<Record<string, never>> {
  const { body } = await ask(dashboard.url, path);
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(body) ?? [];
  return (JSON.parse(json) as { shown: Record<string, never> }).shown;
}

describe('what a dashboard of a store shows', () => {
  it('has each stored series with its bars, and the sessions without one', async () => {
    const list = await shownAt('/series');
    expect(list['series']).toEqual([
      ['GAPY', '1d', 'incomplete', expect.any(Number), 3, 0, '2026-02-23', '2026-02-25', 2],
      ['AAPL', '1d', 'complete', 100, 0, 0, '2026-02-23', '2026-02-27', 5],
    ]);
    const { series } = (await shownAt('/series/GAPY/1d')) as unknown as {
      series: { slots: readonly (readonly [string, unknown])[]; gaps: readonly object[] };
    };
    expect(series.slots.map(([label, bar]) => [label, typeof bar])).toEqual([
      ['2026-02-23', 'object'],
      ['2026-02-24', 'string'],
      ['2026-02-25', 'object'],
      ['2026-02-26', 'string'],
      ['2026-02-27', 'string'],
    ]);
    expect(series.gaps).toContainEqual(
      expect.objectContaining({ from: '2026-02-24', to: '2026-02-24', sessions: 1 }),
    );
    const cut = (await shownAt('/series/AAPL/1d?end=2026-02-24')) as unknown as { series: object };
    expect(cut.series).toMatchObject({
      shown: { from: '2026-02-23', to: '2026-02-24' },
      later: '2026-02-27',
    });
  });

  it.each([
    ['/series/NOSUCH/1d', 'nothing of it is stored'],
    ['/series/AAPL/9d', '9d is no length of bars'],
    ['/series/%3Cscript%3E/1d', 'is not a ticker'],
    ['/series/AAPL/1d?end=yesterday', 'is not a date'],
    ['/runs/nosuch', 'no such run is on record'],
    ['/nosuch', 'There is no such page'],
    ['/series/%E0%A4/1d', 'There is no such page'],
    ['/series//1d', 'There is no such page'],
    ['/series/AAPL/1d/', 'There is no such page'],
  ])('says what is wrong about %s', async (path, why) => {
    const { status, body } = await ask(dashboard.url, path);
    expect([status, body.includes(why)]).toEqual([404, true]);
  });

  it('is shown to who asks for a whole address, and nothing to who asks for none', async () => {
    const whole = await ask(dashboard.url, `${dashboard.url}series`);
    expect([whole.status, whole.body.includes('"page":"series-list"')]).toEqual([200, true]);
    for (const path of ['*', 'http://', '//'])
      expect([path, (await ask(dashboard.url, path)).status]).toEqual([path, 404]);
  });

  it('is the report of coverage, by its own policy and in no frame', async () => {
    const { status, headers, body } = await ask(dashboard.url, '/coverage');
    expect([status, headers['content-security-policy']]).toEqual([200, "frame-ancestors 'none'"]);
    expect(body).toMatch(
      /http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
    );
  });

  it('makes that report once for all who ask at the same time', async () => {
    let made = 0;
    const counting = {
      ...history,
      coverageHtml: async () => {
        made++;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { html: String(made), report: {} as never };
      },
    };
    const own = await startDashboard({ history: counting, store: folder, port: 0 });
    const both = await Promise.all([ask(own.url, '/coverage'), ask(own.url, '/coverage')]);
    const later = await ask(own.url, '/coverage');
    expect([...both, later].map(({ body }) => body)).toEqual(['1', '1', '2']);
    await own.close();
  });

  it('takes nothing of a name for markup', async () => {
    for (const path of ['/', '/series', '/runs', '/series/%3Cimg%20src=x%20onerror=hacked=1%3E/1d']) {
      const { body } = await ask(dashboard.url, path);
      expect([path, body.includes('<img')]).toEqual([path, false]);
    }
    expect((await ask(dashboard.url, '/')).body).toContain('\\u003cimg src=x onerror=hacked=1>');
  });
});

describe('what a dashboard tells those that listen', () => {
  it('is all there is at once, and the end before it ends', async () => {
    const own = await startDashboard({ history, store: folder, port: 0, hasRuns: true });
    const heard = new Promise<string>((resolve, reject) => {
      get(`${own.url}events`, (response) => {
        let all = '';
        response.setEncoding('utf8').on('data', (part: string) => (all += part));
        response.on('end', () => resolve(all)).on('error', reject);
      });
    });
    await expect.poll(async () => (await ask(own.url, '/icon.svg')).status).toBe(200);
    own.observer.failed(new Error('boom'));
    await own.close();
    const events = [...(await heard).matchAll(/^event: (\w+)$/gm)].map(([, event]) => event);
    expect(events.slice(0, 2)).toEqual(['run', 'store']);
    expect(events.at(-1)).toBe('bye');
    expect(await heard).toContain('a fault of the program: Error: boom');
  });

  it('are runs that other processes left, as soon as they are on record', async () => {
    const store = await mkdtemp(join(tmpdir(), 'backfill-other-'));
    const other = openHistory({ store, provider: { id: 'sample' }, stateFolder: store });
    await other.backfill({ tickers: ['ALFA'], days: 5 });
    const own = await startDashboard({ history: other, store, port: 0 });
    let all = '';
    const listening = get(`${own.url}events`, (response) =>
      response.setEncoding('utf8').on('data', (part: string) => (all += part)),
    );
    await expect.poll(() => all).toContain('"fetched":1');
    await other.backfill({ tickers: ['BRIQ', 'CORV'], days: 5 });
    await expect.poll(() => all).toContain('"fetched":2');
    listening.destroy();
    await own.close();
    await other.close();
    await rm(store, { recursive: true });
  });
});

it('tells who else writes the store, once somebody does', async () => {
  const writer = { pid: 4711, host: 'lake', command: 'backfill <b>all</b>', since: NOON };
  let isWriting = false;
  const watched: History = {
    ...history,
    status: async () => ({ ...(await history.status()), writer: isWriting ? writer : null }),
  };
  const own = await startDashboard({ history: watched, store: folder, port: 0 });
  let all = '';
  const listening = get(`${own.url}events`, (response) => {
    expect(response.headers['x-accel-buffering']).toBe('no');
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    response.setEncoding('utf8').on('data', (part: string) => (all += part));
  });
  await expect.poll(() => all).toContain('"series":2');
  expect(all).not.toContain('Process 4711');
  isWriting = true;
  await expect
    .poll(() => all)
    .toContain('Process 4711 on lake writes this store since 2026-03-02 12:00 UTC: backfill <b>all</b>');
  listening.destroy();
  await own.close();
});

it('goes on where a store cannot be read, and says why', async () => {
  const store = await mkdtemp(join(tmpdir(), 'backfill-odd-'));
  await writeFile(join(store, 'bars'), 'a file where a folder should be');
  const odd = openHistory({ store, stateFolder: store });
  const own = await startDashboard({ history: odd, store, port: 0 });
  const { status, body } = await ask(own.url, '/series');
  expect([status, body.includes('The store cannot be read')]).toEqual([503, true]);
  expect((await ask(own.url, '/nosuch')).status).toBe(404);
  await Promise.all([own.close(), odd.close()]);
  await rm(store, { recursive: true });
});
