import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type QueueWorker, openHistory, openQueueDesk, startWorker } from '../../src/index.ts';
import type { Want } from '../../src/core/plan/task.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { queueName } from '../../src/queue/queues.ts';
import { openStore } from '../../src/store/open.ts';
import { partsOf } from '../../src/library/parts.ts';
import { throughQueue } from '../../src/library/through-queue.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { CALM } from '../report/calm-run.ts';
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

  it.each([
    ['all', {}, 3],
    ['less than that: a session is missing', { missing: 1 }, 1],
    ['less than that: a session waits to be confirmed', { waiting: 1 }, 1],
    ['less than that: an absence is not confirmed', { unconfirmed: { message: 'once is not enough' } }, 1],
    ['less than that: the series failed', 'failed', 1],
  ])('counts what is not there as lost where its result told that it had %s', async (_, told, runs) => {
    const store = bucket.url.replace('/data', '/never-written');
    const own = { store, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON };
    const parts = partsOf({ ...own, stateFolder: join(folder.path, 'state') });
    const report = { missing: 0, waiting: 0, unconfirmed: null, ...(typeof told === 'object' && told) };
    const event = {
      type: 'finished',
      want: { series: { ticker: 'ALFA', interval: '1d' } },
      failure: told === 'failed' ? {} : null,
      result: { ok: true, report },
    } as unknown as BackfillEvent;
    let begun = 0;
    await throughQueue(
      parts,
      { tickers: ['ALFA'], days: 5 },
      {
        queue: redis.url,
        universe: () => Promise.resolve({ tickers: ['ALFA'], lives: new Map() }),
        run: ({ onEvent }) => {
          begun++;
          onEvent?.(event);
          return Promise.resolve(CALM);
        },
      },
    );
    expect(begun).toBe(runs);
  });

  it.each([
    ['that was stopped', { ...CALM, stopped: { reason: 'interrupted', message: '' } as const }, []],
    ['that has ended', CALM, [expect.stringMatching(/ was not told which series are complete: /)]],
  ])('%s ends though the server of the queue does not answer any more', async (_, summary, said) => {
    const own = { store: bucket.url, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON };
    const notes: string[] = [];
    const run = throughQueue(
      partsOf({ ...own, stateFolder: join(folder.path, 'state') }),
      {
        ...{ tickers: ['ALFA'], days: 5 },
        onEvent: (event) => void (event.type === 'note' && notes.push(event.line)),
      },
      {
        ...{ queue: redis.url, answerMs: 200 },
        universe: () => Promise.resolve({ tickers: ['ALFA'], lives: new Map() }),
        run: () => {
          redis.pause();
          return Promise.resolve(summary);
        },
      },
    ).finally(() => redis.goOn());
    expect(await run).toBe(summary);
    expect(notes).toEqual(said);
  });

  it('drops what is parked that is stored by now, and no task that would be asked again or is still lacking', async () => {
    const desk = await openQueueDesk(redis.url);
    const queue = queueName({ provider: 'sample', store: bucket.url });
    const park = async (job: string, ticker: string, more: Partial<Want> = {}): Promise<void> => {
      const range = { from: parseDay('2026-02-23'), to: parseDay('2026-02-28') };
      const want = { id: job, series: { ticker, interval: '1d' }, calendar: 'XNYS', range, gaps: [range] };
      const task = { id: job, wants: [{ ...want, sessions: 5, ...more }], requests: 1, partitions: [] };
      const data = { run: 'GONE', key: job, order: { json: JSON.stringify({ task, now: NOON }) } };
      await desk.redis.hset(`backfill:${queue}:${job}`, 'data', JSON.stringify(data));
      await desk.redis.zadd(`backfill:${queue}:failed`, NOON, job);
    };
    await desk.redis.hset(
      'backfill:queues',
      queue,
      JSON.stringify({ provider: 'sample', store: bucket.url }),
    );
    await park('stored', 'ELNA');
    await park('again', 'ELNA', { again: true });
    await park('lacking', 'GLYF');
    await park('compared', 'ELNA', { gaps: [], sessions: 0 });
    const notes: string[] = [];
    const history = openHistory({
      ...{ store: bucket.url, queue: redis.url, provider: { id: 'sample' }, clock: () => NOON },
      stateFolder: join(folder.path, 'state'),
    });
    await history.backfill({
      ...{ tickers: ['ELNA'], days: 20 },
      onEvent: (event) => void (event.type === 'note' && notes.push(event.line)),
    });
    await history.close();
    expect(await desk.redis.zrange(`backfill:${queue}:failed`, '0', '-1')).toEqual([
      ...['again', 'compared', 'lacking'],
    ]);
    expect(notes).toContain('1 parked task dropped: what they were for is stored by now');
    await desk.redis.del(`backfill:${queue}:failed`);
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
