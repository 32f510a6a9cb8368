import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, WEEK, WEEK_DAYS, coverage, daily, days, update } from '../store/fixtures.ts';

const TOKEN = 'a-token-of-some-length';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Asks a path of a server; as `host`, if that is not its own name. */
function ask(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

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

describe('who may ask a dashboard', () => {
  it('tells a browser to keep to itself what it is told', async () => {
    const { headers } = await ask(dashboard.url, '/');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
    });
    expect(Object.keys(headers).some((name) => name.startsWith('access-control'))).toBe(false);
    const [, script = ''] = /<script src="(.*?)">/.exec((await ask(dashboard.url, '/')).body) ?? [];
    const asset = await ask(dashboard.url, script);
    expect([asset.status, asset.headers['x-content-type-options']]).toEqual([200, 'nosniff']);
  });

  it('refuses another name, another method and another site, whatever is asked for', async () => {
    for (const path of ['/', '/events', '/coverage', '/runs', '/nosuch', '/icon.svg']) {
      const host = (await ask(dashboard.url, path, { host: 'evil.example' })).status;
      const site = (await ask(dashboard.url, path, { 'sec-fetch-site': 'cross-site' })).status;
      const methods = await Promise.all(
        ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => ask(dashboard.url, path, {}, method)),
      );
      expect([path, host, site, ...methods.map(({ status }) => status)]).toEqual([
        path,
        ...[403, 403, 405, 405, 405, 405, 405],
      ]);
    }
  });

  it('needs the token where one is given, and keeps it as a cookie that no script reads', async () => {
    const own = await startDashboard({ history, store: folder, port: 0, token: TOKEN });
    expect([own.madeUp, own.url.includes(TOKEN)]).toEqual([undefined, false]);
    for (const path of ['/', '/events', '/runs', '/coverage', '/nosuch'])
      expect([path, (await ask(own.url, path)).status]).toEqual([path, 401]);
    expect((await ask(own.url, '/?token=wrong-token-of-length')).status).toBe(401);
    const { status, headers } = await ask(own.url, `/runs?token=${TOKEN}&a=b`);
    expect([status, headers['location']]).toEqual([303, '/runs?a=b']);
    const [cookie = ''] = headers['set-cookie'] as string[];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Path=\/$/);
    const kept = cookie.split(';')[0] ?? '';
    expect((await ask(own.url, '/runs', { cookie: kept })).status).toBe(200);
    expect((await ask(own.url, `//evil.example/?token=${TOKEN}`)).headers['location']).toBe('/evil.example/');
    await own.close();
  });

  it('makes a token up where others reach it, another one each time', async () => {
    const made: (string | undefined)[] = [];
    for (let i = 0; i < 2; i++) {
      const own = await startDashboard({ history, store: folder, host: '0.0.0.0', port: 0 });
      made.push(own.madeUp);
      const here = own.url.replace(/\/\/[^:]+/, '//127.0.0.1');
      expect([own.isPublic, (await ask(here, '/')).status]).toEqual([true, 401]);
      expect((await ask(here, '/', { authorization: `Bearer ${own.madeUp}` })).status).toBe(200);
      await own.close();
    }
    expect(made.map((token) => (token ?? '').length)).toEqual([32, 32]);
    expect(new Set(made).size).toBe(2);
  });

  it.each(['short', 'with a blank in between', 'semicolons;are;no;part', ''])(
    'refuses the token "%s"',
    async (token) => {
      await expect(startDashboard({ history, store: folder, port: 0, token })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('at least 16 of the characters'),
      });
    },
  );

  it('says in a line what it cannot listen at', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const refused = async (host: string): Promise<unknown> =>
      startDashboard({ history, store: folder, host, port }).catch((error: unknown) => error);
    expect(await refused('127.0.0.1')).toMatchObject({
      code: 'usage',
      message: `the dashboard cannot listen at 127.0.0.1:${port}: something listens there already; name another port, or 0 for any free one`,
    });
    expect(await refused('fe80::1')).toMatchObject({
      message: expect.stringMatching(
        /^the dashboard cannot listen at \[fe80::1\]:\d+: .*(interface|no such address)/,
      ),
    });
    expect(await refused('192.0.2.1')).toMatchObject({ message: expect.stringContaining('no such address') });
    taken.close();
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
  expect([status >= 400, body.includes('This cannot be shown')]).toEqual([true, true]);
  expect((await ask(own.url, '/')).status).toBe(200);
  await Promise.all([own.close(), odd.close()]);
  await rm(store, { recursive: true });
});
