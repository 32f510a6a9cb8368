import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RunSummary, enqueueRun, openAttached, openHistory } from '../../src/index.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { openStore } from '../../src/store/open.ts';
import { LONG_RUNS, REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Child, endChildren, saying, startChild } from './children.ts';
import { contentOf } from './content.ts';

/** Those that are still listed. */
const market = sampleMarket();
const TICKERS = market
  .tickers()
  .filter((one) => market.listing(one)?.delistedOn === null)
  .slice(0, LONG_RUNS ? 24 : 14);

/** Of a request that is carried out by the clock of its worker. */
const [START, END] = ['2026-10-01', '2026-10-23'];

/** As slow as an exchange far away, so that there is something to cut. */
const LATENCY_MS = 120;

describeWith(REDIS)('a store that several machines fill', () => {
  let redis: RedisServer;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let simulator: Logged;
  let expected: object;
  endChildren();
  beforeAll(async () => {
    redis = await startRedis();
    bucket = await fakeBucket();
    folder = await temporaryFolder();
    simulator = await start({ wire: 'yahoo' });
    const alone = historyAt(folder.path);
    const summary = await alone.backfill({ tickers: TICKERS, days: 20 });
    expect(summary.fetched).toBe(TICKERS.length);
    await alone.close();
    expected = await contentOf(openStore(folder.path));
    await stopAll();
  });
  afterAll(async () => {
    await bucket.close();
    await redis.destroy();
    await folder.remove();
  });
  beforeEach(async () => {
    simulator = await start({ wire: 'yahoo', latencyMs: LATENCY_MS });
  });
  afterEach(stopAll);

  const historyAt = (store: string, queue?: string) =>
    openHistory({
      ...{ store, stateFolder: join(folder.path, 'state'), clock: () => NOW, workers: 1, quotas: [] },
      ...{ provider: { id: 'yahoo', url: simulator.url }, ...(queue !== undefined && { queue }) },
    });

  const aboutPlanner = (store: string): string[] => [
    ...[redis.url, store, join(folder.path, 'state'), simulator.url, `${NOW}`, ...TICKERS],
  ];

  async function goneOn(own: Parameters<typeof openAttached>[0]): Promise<RunSummary> {
    const attached = await openAttached(own);
    try {
      return await attached.history.backfill(attached.request);
    } finally {
      await attached.close();
    }
  }

  async function machine(store: string, name: string, role = 'download'): Promise<Child> {
    const state = join(folder.path, 'state');
    const pace = JSON.stringify({ lockMs: 2000, lookMs: 100 });
    const child = startChild('real-worker-child', [redis.url, store, state, name, pace, role]);
    await saying(child, 'there');
    return child;
  }

  it('is as one machine would have filled it, though one of them dies at work', async () => {
    const store = bucket.url.replace('/data', '/worker-dies');
    const [first] = [await machine(store, 'first'), await machine(store, 'second')];
    const history = historyAt(store, redis.url);
    const ended = history.backfill({ tickers: TICKERS, days: 20 });
    await expect
      .poll(() => first.said.filter((line) => line.startsWith('completed')).length)
      .toBeGreaterThan(1);
    first.kill();
    const { fetched, failed, sent } = await ended;
    expect({ fetched, failed }).toEqual({ fetched: TICKERS.length, failed: 0 });
    expect(sent).toBeGreaterThanOrEqual(TICKERS.length - 8);
    await history.close();
    expect(await contentOf(openStore(store))).toEqual(expected);
  });

  it('goes on being filled when the planner dies, and is left complete', async () => {
    const store = bucket.url.replace('/data', '/planner-dies');
    const worker = await machine(store, 'only');
    const planner = startChild('real-planner-child', aboutPlanner(store));
    await expect
      .poll(() => worker.said.filter((line) => line.startsWith('completed')).length)
      .toBeGreaterThan(1);
    planner.kill();
    await planner.ended;
    await expect
      .poll(() => worker.said.filter((line) => line.startsWith('completed')).length)
      .toBe(TICKERS.length);
    expect(await contentOf(openStore(store))).toEqual(expected);
  });

  it('is filled to the end, under the id of the run, by who goes on with it', async () => {
    const store = bucket.url.replace('/data', '/attached');
    const worker = await machine(store, 'slow');
    const planner = startChild('real-planner-child', aboutPlanner(store));
    await expect
      .poll(() => worker.said.filter((line) => line.startsWith('completed')).length)
      .toBeGreaterThan(1);
    // With it, so that something is left to be done.
    worker.kill();
    planner.kill();
    await planner.ended;
    await machine(store, 'next');
    const id = planner.said[0]?.replace('begun ', '') ?? '';
    const own = { store, queue: redis.url, stateFolder: join(folder.path, 'state'), clock: () => NOW };
    const unknown = { ...own, run: '20000101T000000Z-0000' };
    await expect(openAttached(unknown)).rejects.toThrow('the queue knows no such run');
    await expect(openAttached({ ...own, run: id, store: bucket.url })).rejects.toThrow(
      /it writes s3:.*, not s3:/,
    );
    // As if it had been silent for long.
    const client = await connectRedis(redisAddress(redis.url));
    await client.hset(`backfill:run:${id}`, 'beat', '1');
    const summary = await goneOn({ ...own, run: id });
    expect(summary).toMatchObject({ runId: id, failed: 0, notRun: 0, stopped: null });
    expect(summary.complete).toBeGreaterThan(1);
    expect(summary.complete + summary.fetched).toBe(TICKERS.length);
    const { fetched, sent, requestsBy } = summary;
    expect(fetched).toBeGreaterThan(0);
    expect(requestsBy.before).toBeGreaterThan(0);
    expect(sent - (requestsBy.before ?? 0)).toBeLessThanOrEqual(fetched + requestsBy.added);
    expect(await contentOf(openStore(store))).toEqual(expected);
    expect(await openStore(store).readRuns(9)).toMatchObject([{ id }]);
    await expect(openAttached({ ...own, run: id })).rejects.toThrow(`run "${id}": it has ended`);
    client.disconnect();
  });

  it('is filled by a request that was left to whoever plans, though that one dies', async () => {
    const store = bucket.url.replace('/data', '/left');
    const [first, worker] = [await machine(store, 'planner', 'discovery'), await machine(store, 'worker')];
    const request = { tickers: TICKERS, start: START, end: END };
    const about = { queue: redis.url, store, quotas: [], provider: { id: 'yahoo', url: simulator.url } };
    const id = await enqueueRun(about, request);
    await expect
      .poll(() => worker.said.filter((line) => line.startsWith('completed')).length)
      .toBeGreaterThan(1);
    first.kill();
    await first.ended;
    const client = await connectRedis(redisAddress(redis.url));
    // As if it had been silent for long.
    await client.hset(`backfill:run:${id}`, 'beat', '1');
    await machine(store, 'second', 'all');
    await expect
      .poll(() => client.hget(`backfill:discovery:${id}`, 'returnvalue'), { timeout: 60_000 })
      .toBe('"ended"');
    expect(Object.keys(await contentOf(openStore(store)))).toEqual(Object.keys(expected));
    expect(await openStore(store).readRuns(9)).toMatchObject([
      { id, record: { failed: 0, notRun: 0, stopped: null } },
    ]);
    client.disconnect();
  });
});
