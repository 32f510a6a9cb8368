import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { beat } from '../../src/queue/machines.ts';
import { PREFIX, QUEUES } from '../../src/queue/names.ts';
import { queueName } from '../../src/queue/queues.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { CHROMIUM, REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { NOON } from '../store/fixtures.ts';
import { expectCalm, hardToUse, visit, withBrowser } from './browser.ts';

const BOTH = { isMet: CHROMIUM.isMet && REDIS.isMet, lack: `${CHROMIUM.lack}, or ${REDIS.lack}` };

const SAMPLE = { provider: 'sample', store: 's3://bars/lake' };
const NAME = queueName(SAMPLE);

describeWith(BOTH)('the machines and their queues in a browser', () => {
  withBrowser();
  let folder = '';
  let redis: RedisServer;
  let history: History;
  let dashboard: Dashboard;
  let queue: Queue;
  let connection: Redis;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-queues-'));
    redis = await startRedis();
    connection = await connectRedis(redisAddress(redis.url));
    queue = new Queue(NAME, { connection, prefix: PREFIX });
    queue.on('error', () => undefined);
    await connection.hset(QUEUES, NAME, JSON.stringify(SAMPLE));
    await queue.addBulk(['A', 'B', 'C'].map((name) => ({ name, data: { run: 'R1', name } })));
    // One of them fails for good.
    const worker = new Worker(NAME, undefined, { connection, prefix: PREFIX, autorun: false });
    const job = await worker.getNextJob('token');
    await job?.moveToFailed(new Error('a poison <job>'), 'token', false);
    await beat(connection, {
      ...{ id: 'one:1', name: 'one', host: 'lake<b>', pid: 7, store: 's3://bars/lake', threads: 4 },
      ...{ capacity: { sample: 8 }, inWork: 2, done: 41, failed: 1, perMinute: 120, startedAt: Date.now() },
    });
    history = openHistory({ store: folder, stateFolder: folder, clock: () => NOON });
    dashboard = await startDashboard({ history, store: folder, port: 0, queue: redis.url });
    await worker.close();
  }, 30_000);
  afterAll(async () => {
    await dashboard.close();
    await history.close();
    connection.disconnect();
    await redis.destroy();
    await rm(folder, { recursive: true });
  });

  it('stand on the first page, and say so when Redis is away', async () => {
    const opened = await visit(dashboard.url);
    const { page } = opened;
    const rowsOf = async (label: string): Promise<string[]> =>
      page.locator(`table[aria-label=${label}] tbody tr > *`).allTextContents();
    await expect
      .poll(() => rowsOf('Machines'))
      .toEqual(['one', 'lake<b>, process 7', 'download', '4', '2', '120', '41', '1', expect.any(String)]);
    expect((await rowsOf('Queues')).slice(0, 5)).toEqual(['sample', 's3://bars/lake', '2', '0', '0']);
    expect(await hardToUse(page)).toEqual([]);
    await redis.kill();
    await expect
      .poll(() => page.locator('#queue-trouble').textContent(), { timeout: 10_000 })
      .toContain('has not answered for 2 s');
    await redis.start();
    await expect.poll(() => rowsOf('Queues'), { timeout: 10_000 }).toContain('sample');
    expectCalm(opened);
    await opened.close();
  }, 40_000);

  it('are a board of tasks, which retries the one that failed', async () => {
    const opened = await visit(dashboard.url);
    const { page } = opened;
    await page.getByRole('link', { name: 'Queues' }).click();
    await page.getByText('sample s3://bars/lake').first().waitFor();
    await expect.poll(() => page.locator('main').innerText()).toContain('3 Jobs');
    await page.goto(`${dashboard.url}queues/queue/${NAME}?status=failed`);
    await page.getByText('a poison <job>').first().waitFor();
    expect(await queue.getFailedCount()).toBe(1);
    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(() => queue.getFailedCount()).toBe(0);
    expect(await queue.getWaitingCount()).toBe(3);
    expectCalm(opened);
    await opened.close();
  }, 30_000);
});
