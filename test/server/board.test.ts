import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { PREFIX, QUEUES } from '../../src/queue/names.ts';
import { queueName } from '../../src/queue/queues.ts';
import { BoardRoutes } from '../../src/server/board/routes.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { NOON } from '../store/fixtures.ts';
import { ask } from './ask.ts';

const TOKEN = 'a-token-of-some-length';
const OWN = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };

const SAMPLE = { provider: 'sample', store: 's3://bars/lake' };
const NAME = queueName(SAMPLE);

describeWith(REDIS)('the board of queues in a dashboard', () => {
  let folder = '';
  let redis: RedisServer;
  let connection: Redis;
  let history: History;
  let dashboard: Dashboard;
  let queue: Queue;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-board-'));
    redis = await startRedis();
    connection = await connectRedis(redisAddress(redis.url));
    await connection.hset(QUEUES, NAME, JSON.stringify(SAMPLE));
    queue = new Queue(NAME, { connection, prefix: PREFIX });
    history = openHistory({ store: folder, stateFolder: folder, clock: () => NOON });
    dashboard = await startDashboard({ history, store: folder, port: 0, queue: redis.url });
  }, 30_000);
  afterAll(async () => {
    await dashboard.close();
    await history.close();
    await queue.close();
    connection.disconnect();
    await redis.destroy();
    await rm(folder, { recursive: true });
  });

  /** The id of a task that was given up. */
  let parked = '';
  beforeEach(async () => {
    await queue.obliterate({ force: true });
    await queue.add('poison', { run: 'R1' });
    const worker = new Worker(NAME, undefined, { connection, prefix: PREFIX, autorun: false });
    const job = await worker.getNextJob('token');
    await job?.moveToFailed(new Error('poison'), 'token', false);
    await worker.close();
    parked = String(job?.id);
  });

  const retry = (headers: Record<string, string>, on = dashboard): Promise<number> =>
    ask(on.url, `/queues/api/queues/${NAME}/${parked}/retry`, headers, 'PUT').then(({ status }) => status);
  const isParked = async (): Promise<boolean> => (await queue.getFailedCount()) === 1;

  it('retries for its own pages', async () => {
    expect([await retry(OWN), await isParked()]).toEqual([204, false]);
  });

  it.each<[who: string, headers: Record<string, string>]>([
    ['a page of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
    ['another site’s form', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    ['an old browser at another site', { origin: 'http://evil.example' }],
    ['a page of no origin', { origin: 'null' }],
    ['another origin that says otherwise', { ...OWN, origin: 'http://evil.example' }],
    ['another name that was led here', { ...OWN, host: 'evil.example' }],
    ['nobody knows who', {}],
  ])('does nothing for %s', async (_, headers) => {
    expect([await retry(headers), await isParked()]).toEqual([403, true]);
  });

  it('needs the token where one is given, as all pages do', async () => {
    const own = await startDashboard({ history, store: folder, port: 0, token: TOKEN, queue: redis.url });
    for (const path of ['/queues', '/queues/api/queues', '/queues/static/favicon.ico'])
      expect([path, (await ask(own.url, path)).status]).toEqual([path, 401]);
    expect([await retry(OWN, own), await isParked()]).toEqual([401, true]);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    expect((await ask(own.url, '/queues', bearer)).status).toBe(200);
    // Of a program that is no browser there is no page.
    expect([await retry(bearer, own), await isParked()]).toEqual([204, false]);
    await own.close();
  });

  it.each([
    ['POST', 'add', '{"name":"evil","data":{},"options":{}}'],
    ['PUT', 'obliterate', '{"force":true}'],
    ['PUT', 'empty', ''],
  ])('refuses to %s …/%s: tasks are made by runs', async (method, what, body) => {
    const response = await fetch(`${dashboard.url}queues/api/queues/${NAME}/${what}`, {
      ...{ method, headers: { ...OWN, 'content-type': 'application/json' } },
      ...(body !== '' && { body }),
    });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('by runs alone')]);
    expect([await isParked(), await queue.count()]).toEqual([true, 0]);
  });

  it('gives pages that load nothing from elsewhere, and files of its own alone', async () => {
    const { headers, body } = await ask(dashboard.url, `/queues/queue/${NAME}`);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
    expect(body).toContain('<base href="/queues/" />');
    expect(body).not.toMatch(/<%|(?:href|src)="https?:/);
    const scripts = [...body.matchAll(/src="(static\/[^"]+)"/g)].map(([, path]) => path);
    expect(scripts.length).toBeGreaterThan(2);
    for (const path of scripts) {
      const script = await ask(dashboard.url, `/queues/${path}`);
      expect([script.status, script.headers['content-type']]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
    for (const path of [
      '/queues/static/../index.ejs',
      '/queues/static/%2e%2e/%2e%2e/package.json',
      '/queues/x',
    ])
      expect([path, (await ask(dashboard.url, path)).status]).toEqual([path, 404]);
  });

  it('reads no file above its own, whoever asks', async () => {
    const routes = new BoardRoutes('/queues/').setStaticPath('/static', join(folder, 'inner'));
    const at = (path: string) => routes.answer({ method: 'GET', path, query: new URLSearchParams() });
    await writeFile(join(folder, 'own.json'), '{}');
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner', 'own.json'), '{}');
    expect([
      await at('/static/own.json'),
      await at('/static/../own.json'),
      await at('/static/no.json'),
    ]).toEqual([expect.objectContaining({ type: 'application/json; charset=utf-8' }), undefined, undefined]);
  });

  it('is not there where no queue is named', async () => {
    const plain = await startDashboard({ history, store: folder, port: 0 });
    expect((await ask(plain.url, '/queues')).status).toBe(404);
    expect((await ask(plain.url, '/queues', OWN, 'PUT')).status).toBe(405);
    await plain.close();
  });

  it('says in a line that its Redis is not there', async () => {
    const gone = startDashboard({ history, store: folder, port: 0, queue: 'redis://:hidden@127.0.0.1:1' });
    await expect(gone).rejects.toMatchObject({
      code: 'queue-unusable',
      message: expect.not.stringContaining('hidden'),
    });
  });
});
