import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type QueueWorker, openHistory, openQueueDesk, startWorker } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOON = Date.parse('2026-03-02T23:00:00Z');

describeWith(REDIS)('a run through a queue', () => {
  let redis: RedisServer;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let worker: QueueWorker;
  beforeAll(async () => {
    [redis, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    const own = { store: bucket.url, queue: redis.url, workers: 1, stateFolder: join(folder.path, 'state') };
    worker = await startWorker({ ...own, name: 'one' });
  });
  afterAll(async () => {
    await worker.drain(1000);
    await bucket.close();
    await redis.destroy();
    await folder.remove();
  });

  it('asks again for what was told to be stored, and is not there at the end', async () => {
    const history = openHistory({
      ...{ store: bucket.url, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON },
      stateFolder: join(folder.path, 'state'),
    });
    const begun: string[] = [];
    const notes: string[] = [];
    let isLost = false;
    const summary = await history.backfill({
      ...{ tickers: ['ALFA', 'BRIQ'], days: 20 },
      onEvent: (event) => {
        if (event.type === 'begun') begun.push(event.runId);
        if (event.type === 'note') notes.push(event.line);
        if (event.type !== 'finished' || isLost || event.want.series.ticker !== 'ALFA') return;
        isLost = true;
        for (const key of bucket.s3.objects.keys())
          if (key.includes('interval=1d/ticker=ALFA/')) bucket.s3.objects.delete(key);
      },
    });
    await history.close();
    expect(notes).toContain('1 series told to be stored, and not there: asked for again');
    expect(summary).toMatchObject({ series: 2, fetched: 2, fetchedTickers: 2, failed: 0, runId: begun[0] });
    expect(begun).toHaveLength(2);
    expect([...(await openStore(bucket.url).scan()).series.keys()]).toEqual(['ALFA 1d', 'BRIQ 1d']);
    const desk = await openQueueDesk(redis.url);
    expect((await desk.redis.smembers('backfill:completed')).toSorted()).toEqual(['ALFA', 'BRIQ']);
    await desk.close();
  });

  it('takes two tickers that got the very same bars back once, and does not ask for them again', async () => {
    const files = join(folder.path, 'files');
    await mkdir(files);
    const rows = Array.from(
      { length: 28 },
      (_, i) => `2026-02-${String(i + 1).padStart(2, '0')},10,11,9,${10 + i / 100},${100 + i}`,
    );
    for (const ticker of ['ALIKE', 'TWIN'])
      await writeFile(
        join(files, `${ticker}.csv`),
        ['date,open,high,low,close,volume', ...rows, ''].join('\n'),
      );
    const history = openHistory({
      ...{ store: bucket.url, queue: redis.url, clock: () => NOON, stateFolder: join(folder.path, 'state') },
      provider: { id: 'csv', url: files, settings: { basis: 'raw' } },
    });
    const begun: string[] = [];
    const notes: string[] = [];
    const summary = await history.backfill({
      ...{ tickers: ['ALIKE', 'TWIN'], start: '2026-02-02', end: '2026-02-27' },
      onEvent: (event) => {
        if (event.type === 'begun') begun.push(event.runId);
        if (event.type === 'note') notes.push(event.line);
      },
    });
    await history.close();
    expect(summary).toMatchObject({ series: 2, failed: 2, fetched: 0, runId: begun[0] });
    expect(summary.failures.map(({ ticker, code }) => [ticker, code])).toEqual([
      ['ALIKE', 'bad-answer'],
      ['TWIN', 'bad-answer'],
    ]);
    expect(begun).toHaveLength(1);
    expect(notes.filter((line) => line.includes('asked for again'))).toEqual([]);
  });

  it('empties what readers know to be complete where all is fetched anew', async () => {
    const desk = await openQueueDesk(redis.url);
    await desk.redis.sadd('backfill:completed', 'GONE', 'BRIQ:1h');
    const history = openHistory({
      ...{ store: bucket.url, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON },
      stateFolder: join(folder.path, 'state'),
    });
    await history.backfill({ tickers: ['BRIQ'], days: 5, intervals: ['1h'], everything: true });
    await history.close();
    expect(await desk.redis.smembers('backfill:completed')).toEqual(['BRIQ:1h']);
    await desk.close();
  });

  it('leaves a run to the planner that took it over: it neither ends nor records that', async () => {
    const history = openHistory({
      ...{ store: bucket.url, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON },
      stateFolder: join(folder.path, 'state'),
    });
    const desk = await openQueueDesk(redis.url);
    let id = '';
    const run = history.backfill({
      ...{ tickers: ['CORV', 'DUNO'], days: 20 },
      onEvent: (event) => {
        if (event.type === 'begun') id = event.runId;
        if (event.type === 'running') void desk.redis.hset(`backfill:run:${id}`, 'planner', 'another');
      },
    });
    await expect(run).rejects.toThrow(/^run \S+ is planned by another now/);
    await history.close();
    expect(await desk.runs()).toMatchObject([{ id, planner: 'another', state: 'open' }]);
    const records = await openStore(bucket.url).readRuns(10);
    expect(records.map((one) => one.id)).not.toContain(id);
    await desk.close();
  });
});
