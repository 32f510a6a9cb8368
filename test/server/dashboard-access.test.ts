import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { NOON } from '../store/fixtures.ts';
import { ask } from './ask.ts';

const TOKEN = 'a-token-of-some-length';

let folder = '';
let history: History;
let dashboard: Dashboard;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-access-'));
  history = openHistory({ store: folder, stateFolder: folder, clock: () => NOON });
  dashboard = await startDashboard({ history, store: folder, port: 0 });
});
afterAll(async () => {
  await dashboard.close();
  await history.close();
  await rm(folder, { recursive: true });
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
