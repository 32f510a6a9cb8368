import { type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { queueName } from '../../src/queue/queues.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { BUCKET_KEYS, fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Finished, type RunningSimulator, ended, startSimulate, startWith } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

const STOPPING = 'Stopping: finishing what is in flight (again: at once).\n';

describeWith(REDIS)('a worker at Ctrl-C', () => {
  let redis: RedisServer;
  let connection: Redis;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let simulator: RunningSimulator;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    [redis, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    await mkdir(join(folder.path, 'wire'));
    // Longer than anybody here waits.
    simulator = await startSimulate(join(folder.path, 'wire'), ['--now', NOW, '--latency', '60s']);
    connection = await connectRedis(redisAddress(redis.url));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  });
  afterAll(async () => {
    connection.disconnect();
    await simulator.stop();
    await bucket.close();
    await redis.destroy();
    await folder.remove();
  });

  function started(...args: string[]): ChildProcess {
    const variables = {
      ...BUCKET_KEYS,
      ...{ BACKFILL_QUEUE: redis.url, BACKFILL_STORE: bucket.url },
      ...{ BACKFILL_STATE: join(folder.path, 'state') },
    };
    const child = startWith(variables, args, folder.path);
    children.push(child);
    return child;
  }

  async function worker(): Promise<{ child: ChildProcess; said: () => string; end: Promise<Finished> }> {
    const child = started(
      'worker',
      '--workers',
      '1',
      '--drain',
      '50s',
      '--id',
      'alpha',
      '--log-level',
      'error',
    );
    let text = '';
    child.stderr?.on('data', (part: Buffer) => (text += part.toString()));
    const end = ended(child);
    await expect.poll(() => text).toContain(' takes ');
    return { child, said: () => text, end };
  }

  it('that has nothing in work ends with 0, and says so', async () => {
    const { child, end } = await worker();
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${STOPPING}Worker alpha has ended.\n`)]);
  });

  it('lets what it has in work end, and at a second one ends at once', async () => {
    const { child, said, end } = await worker();
    const queue = queueName({ provider: 'yahoo', store: bucket.url });
    const url = `yahoo=${simulator.url}`;
    started('ALFA', '--days', '10', '--now', NOW, '--provider-url', url, '--no-progress');
    await expect.poll(() => connection.llen(`backfill:${queue}:active`)).toBe(1);
    child.kill('SIGINT');
    await expect.poll(said).toContain(STOPPING);
    await sleep(1000);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    const told = Date.now();
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(Date.now() - told).toBeLessThan(5000);
    expect(said()).not.toContain('has ended');
    // Its task is another one's as soon as nothing was heard of it for half a minute.
    expect(await connection.llen(`backfill:${queue}:active`)).toBe(1);
  });
});
