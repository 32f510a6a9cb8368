import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PREFIX } from '../../src/queue/names.ts';
import { queueName } from '../../src/queue/queues.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { openStore } from '../../src/store/open.ts';
import { type Finished, runWith } from '../cli/one-process.ts';
import { REDIS, describeWith } from '../needs.ts';
import { contentOf } from '../queue/content.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { BUCKET_KEYS, fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type RunningSimulator, ended, startSimulate, startWith } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';
const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'GLYF', 'KELV', 'ADLR.DE', 'BRVO.PA', 'HOSH.T'];

describeWith(REDIS)('several machines', () => {
  let redis: RedisServer;
  let connection: Redis;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let simulator: RunningSimulator;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let variables: Record<string, string>;
  let store = '';
  let stores = 0;

  beforeAll(async () => {
    [redis, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    await mkdir(join(folder.path, 'wire'));
    simulator = await startSimulate(join(folder.path, 'wire'), ['--now', NOW]);
    connection = await connectRedis(redisAddress(redis.url));
  });
  afterAll(async () => {
    connection.disconnect();
    await simulator.stop();
    await bucket.close();
    await redis.destroy();
    await folder.remove();
  });
  beforeEach(async () => {
    await connection.flushall();
    store = bucket.url.replace('/data', `/lake-${stores++}`);
    variables = {
      ...BUCKET_KEYS,
      ...{ BACKFILL_QUEUE: redis.url, BACKFILL_STORE: store, BACKFILL_STATE: join(folder.path, 'state') },
    };
  });
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  });

  /** The queue of the store of a test. */
  const yahoo = (): string => queueName({ provider: 'yahoo', store });

  const started = (args: readonly string[], where = folder.path): ChildProcess => {
    const child = startWith(variables, args, where);
    children.push(child);
    return child;
  };
  const backfill = (...args: string[]): Promise<Finished> => runWith(variables, args, folder.path);

  /** A worker that takes tasks; `said`: what it has told so far. */
  async function worker(...args: string[]): Promise<{ child: ChildProcess; said: () => string }> {
    // As on another machine: no file of the others is there.
    const child = started(['worker', '--workers', '1', ...args], join(folder.path, 'wire'));
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
    await expect.poll(() => text).toContain(' takes ');
    return { child, said: () => text };
  }

  const asking = (days: number, rate = '20/2s'): string[] => [
    ...[TICKERS.join(','), '--days', String(days), '--now', NOW, '--rate-limit', rate, '--no-progress'],
    ...['--provider', 'yahoo', '--provider-url', `yahoo=${simulator.url}`],
  ];

  async function runningId(): Promise<string> {
    await expect.poll(() => connection.scard('backfill:runs')).toBe(1);
    return (await connection.smembers('backfill:runs'))[0] ?? '';
  }

  it('do the tasks of a run, tell what they took, and leave the store of one machine', async () => {
    const log = join(folder.path, 'worker.log');
    const one = await worker('--id', 'alpha', '--log-file', log);
    const run = await backfill(...asking(30), '--world', 'w1', '--as-of', '2026-03-01', '--json');
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([0, { fetched: 10, failed: 0 }]);
    expect(run.stderr).toContain('Workers: alpha (1 thread)\n');
    expect((await connection.smembers('backfill:completed')).toSorted()).toEqual(TICKERS.toSorted());
    one.child.kill('SIGTERM');
    const code = await new Promise((resolve) => one.child.once('exit', resolve));
    expect([code, one.said()]).toEqual([0, expect.stringContaining('Worker alpha has ended.')]);
    const events = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const { runId } = JSON.parse(run.stdout) as { runId: string };
    const ofAlfa = events.filter((event) => 'node_id' in event && event.node_id === 'ALFA');
    expect(ofAlfa).toMatchObject([
      { event: 'seamless.backfill.coordinator_claimed', completion_ratio: 0, worker: 'alpha' },
      {
        ...{ event: 'seamless.backfill.coordinator_completed', completion_ratio: 1, reason: '' },
        ...{ coordinator_id: runId, world: 'w1', requested_as_of: '2026-03-01', interval: '1d' },
        lease_key: expect.stringMatching(/^ALFA:1d:2026-01-\d\d:2026-0\d-\d\d:w1:2026-03-01$/),
      },
    ]);
    const alone = bucket.url.replace('/data', '/alone');
    variables['BACKFILL_STORE'] = alone;
    delete variables['BACKFILL_QUEUE'];
    expect((await backfill(...asking(30))).code).toBe(0);
    expect(await contentOf(openStore(store))).toEqual(await contentOf(openStore(alone)));
  });

  it('go on when the process that began a run is killed; another one attaches to it', async () => {
    await worker('--id', 'alpha', '--log-level', 'error');
    const planner = started(asking(100, '2/2s'));
    const id = await runningId();
    await expect.poll(async () => (await backfill('leases', '--json')).stdout).toContain(id);
    const busy = await backfill(...asking(100, '2/2s'));
    expect([busy.code, busy.stderr]).toEqual([2, expect.stringMatching(/is being written by .*pid \d+ on/)]);
    const told = ended(planner);
    planner.kill('SIGKILL');
    expect((await told).stderr).toContain(`Run ${id}: should this process die, workers go on`);
    // The same again is told whose the store is, as soon as nothing was heard of the dead one for a while.
    await expect
      .poll(async () => (await backfill(...asking(100, '2/2s'))).stderr, { interval: 1000 })
      .toContain(`workers of run ${id}, whose planner is gone; go on with it: backfill attach ${id}`);
    const before = simulator.asked().then(({ length }) => length);
    // It waits until the dead one has been silent for long enough.
    const attached = await backfill('attach', id, '--json', '--no-progress');
    expect([attached.code, JSON.parse(attached.stdout)]).toMatchObject([
      0,
      { runId: id, failed: 0, notRun: 0 },
    ]);
    const { series } = await openStore(store).scan();
    expect(series.size).toBe(TICKERS.length);
    expect((await simulator.asked()).length - (await before)).toBeLessThanOrEqual(TICKERS.length);
    const again = await backfill('attach', id);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`run "${id}": it has ended`)]);
  }, 60_000);

  it('go on with a batch whose planner was killed, and tell what of its list nobody began', async () => {
    const planner = started([...asking(10), '--batch-size', '4']);
    const told = ended(planner);
    const id = await runningId();
    await expect.poll(() => connection.llen(`backfill:${yahoo()}:wait`)).toBe(4);
    planner.kill('SIGKILL');
    expect((await told).stderr).toMatch(
      new RegExp(`backfill attach ${id} --queue \\S+ --store \\S+, with batch 1 of 3 alone\\n`),
    );
    // As if it were long ago.
    await connection.hset(`backfill:run:${id}`, 'beat', '1');
    await worker('--id', 'alpha', '--log-level', 'error');
    const { code, stderr } = await backfill('attach', id, '--no-progress');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Batch 1 of 3: tickers 1-4 of 10\n')]);
    expect(stderr).toContain('Batch 1 of 3 complete');
    expect(stderr).toMatch(/Never begun: 6 tickers, batches 2-3 of 3 from yahoo: .* --start-batch 1\n/);
    expect((await openStore(store).scan()).series.size).toBe(4);
  });

  it('plan runs that nobody waits for', async () => {
    await writeFile(join(folder.path, 'some.txt'), 'ALFA\nBRIQ\n');
    const range = asking(10).slice(1);
    const handed = await backfill('enqueue', 'some.txt', ...range, '--async');
    const id = handed.stdout.trim();
    expect([handed.code, id]).toEqual([0, expect.stringMatching(/^\d{8}T\d{6}Z-[\da-f]{4}$/)]);
    const status = JSON.parse((await backfill('queue', 'status', '--json')).stdout) as object;
    expect(status).toMatchObject({ depths: [{ provider: 'discovery', waiting: 1 }], machines: [] });
    const early = await backfill('runs', 'show', id);
    expect([early.code, early.stderr]).toEqual([
      2,
      expect.stringContaining(`run "${id}": it was handed over, and has not ended`),
    ]);
    expect(handed.stderr).toContain(
      `Handed over, and kept in the store until a worker of the role all or discovery has carried it out: backfill queue status --queue ${redis.url}, backfill runs show ${id} --store '${store}'\n`,
    );
    // What was acknowledged is carried out, whatever becomes of the queue.
    await connection.flushall();
    const one = await worker('--role', 'discovery', '--id', 'planner', '--log-level', 'error');
    await worker('--role', 'download', '--id', 'alpha', '--log-level', 'error');
    await expect.poll(one.said).toContain('Backfill complete');
    expect(JSON.parse((await backfill('runs', 'show', id, '--json')).stdout)).toMatchObject({ id });
    expect([...(await openStore(store).scan()).series.keys()]).toEqual(['ALFA 1d', 'BRIQ 1d']);
    expect(one.said()).toContain(`run ${id}: the queue had lost it; it is handed over again`);
    expect(await openStore(store).handedOver.list()).toEqual([]);
    const { machines } = JSON.parse((await backfill('queue', 'status', '--json')).stdout) as {
      machines: { name: string; role: string }[];
    };
    expect(machines.map(({ name, role }) => `${name} ${role}`).toSorted()).toEqual([
      'alpha download',
      'planner discovery',
    ]);
  });

  it('carry out a run that nobody planned yet for whoever attaches to it', async () => {
    const handed = await backfill(...asking(10), '--async');
    const id = handed.stdout.trim();
    const failing = new Worker('discovery', undefined, { connection, prefix: PREFIX, autorun: false });
    const job = await failing.getNextJob('token');
    await job?.moveToFailed(new Error('store-unusable: it was away'), 'token', false);
    await failing.close();
    const again = await backfill('queue', 'retry', '--json');
    expect([again.code, again.stderr, JSON.parse(again.stdout)]).toMatchObject([
      0,
      `1 run handed over again: ${id}\n`,
      { taken: [{ runs: [id] }], summaries: [] },
    ]);
    await connection.flushall();
    const unknown = await backfill('attach', '20000101T000000Z-0000');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining(`the queue knows no such run that goes on, and ${store} keeps none`),
    ]);
    await worker('--role', 'download', '--log-level', 'error');
    const attached = await backfill('attach', id, '--json', '--no-progress');
    expect([attached.code, JSON.parse(attached.stdout)]).toMatchObject([
      0,
      { runId: id, fetched: TICKERS.length, failed: 0 },
    ]);
    expect(await openStore(store).handedOver.list()).toEqual([]);
  });

  it('answer a ping; what waits can be drained, and its run is told to stop', async () => {
    const planner = started(asking(100, '2/2s'));
    const planned = ended(planner);
    const id = await runningId();
    await expect.poll(() => connection.llen(`backfill:${yahoo()}:wait`)).toBe(TICKERS.length);
    const asked = await backfill('queue', 'drain');
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining(`10 tasks of run ${id} (yahoo)`)]);
    const drained = await backfill('queue', 'drain', '--yes', '--json');
    expect(JSON.parse(drained.stdout)).toMatchObject({
      removed: [{ provider: 'yahoo', run: id, tasks: 10 }],
    });
    expect(await planned).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /\nthe queue of yahoo was drained: nothing more is asked for run [^]*\nStopped after 0 tickers: the queue of yahoo was drained\. .*\n.*Not run: 10/,
      ),
    });
    expect(await connection.llen(`backfill:${yahoo()}:wait`)).toBe(0);
    await worker('--id', 'alpha');
    const ping = await backfill('queue', 'ping', '--json');
    expect([ping.code, JSON.parse(ping.stdout)]).toMatchObject([
      0,
      {
        ...{ kind: 'Redis', maxmemoryPolicy: 'noeviction', isAppendOnly: true, warnings: [] },
        machines: [{ name: 'alpha', answeredMs: expect.any(Number) }],
      },
    ]);
    await connection.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const warned = await backfill('queue', 'ping');
    await connection.config('SET', 'maxmemory-policy', 'noeviction');
    expect(warned.stderr).toContain('warning: maxmemory-policy is allkeys-lru');
  });

  it('take again what was given up, and what a dead one had', async () => {
    const planner = started([...asking(20), '--json']);
    const planned = ended(planner);
    await expect.poll(() => connection.llen(`backfill:${yahoo()}:wait`)).toBe(TICKERS.length);
    const poisoned = new Worker(yahoo(), undefined, {
      connection,
      prefix: PREFIX,
      autorun: false,
      name: 'dying',
    });
    const first = await poisoned.getNextJob('token');
    await first?.moveToFailed(new Error('job started more than allowable limit'), 'token', false);
    await poisoned.getNextJob('token');
    const queue = new Queue(yahoo(), { connection, prefix: PREFIX });
    const [active] = await queue.getActive();
    await connection.del(`backfill:${yahoo()}:${active?.id}:lock`);
    const overdue = JSON.parse((await backfill('leases', '--json')).stdout) as { leases: object[] };
    expect(overdue.leases).toMatchObject([{ worker: 'dying', isOverdue: true, until: null }]);
    const freed = JSON.parse((await backfill('leases', '--recover', '--json')).stdout) as object;
    expect(freed).toEqual({ leases: [], recovered: 1 });
    await poisoned.close();
    await worker('--id', 'alpha', '--log-level', 'error');
    const end = await planned;
    expect([end.code, JSON.parse(end.stdout)]).toMatchObject([
      1,
      { fetched: 9, failures: [{ code: 'worker-crashed' }] },
    ]);
    expect(await queue.getFailedCount()).toBe(1);
    const again = await backfill('queue', 'retry', '--json');
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
      0,
      { taken: [{ tasks: 1, unknown: 0 }, {}], summaries: [{ fetched: 1, failed: 0 }] },
    ]);
    expect(await queue.getFailedCount()).toBe(0);
    await queue.close();
    expect((await openStore(store).scan()).series.size).toBe(TICKERS.length);
  });
});
