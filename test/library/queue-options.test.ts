import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  enqueueRun,
  openAttached,
  openHistory,
  startPlanner,
  startWorker,
  workerName,
} from '../../src/index.ts';
import { keptRequest, requestOfKept } from '../../src/library/kept-request.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** The later ones before those before them. */
const NAMES = ['QMTL_WORKER_ID', 'QMTL_SEAMLESS_WORKER', 'BACKFILL_WORKER_ID'];

const QUEUE = 'redis://127.0.0.1:1';

describe('a queue', () => {
  it.each([
    ['data', /^queue: the store .* is a folder of this machine, and several are to write it; give a bucket /],
    [
      'questdb://me@127.0.0.1',
      /^queue: the store questdb:.* is written by one machine at a time, and several/,
    ],
  ])('is refused for a store that machines cannot share: %s', async (store, why) => {
    expect(() => openHistory({ store, queue: QUEUE })).toThrow(why);
    await expect(startWorker({ store, queue: QUEUE })).rejects.toThrow(why);
    await expect(startPlanner({ store, queue: QUEUE })).rejects.toThrow(why);
    await expect(enqueueRun({ store, queue: QUEUE })).rejects.toThrow(why);
  });

  it('is refused where it is none, and told where nobody answers', async () => {
    const store = 's3://lake/data';
    expect(() => openHistory({ store, queue: 'amqp://x' })).toThrow(/^"amqp:\/\/x" is no Redis server/);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    const queue = `redis://:secret@127.0.0.1:${port}`;
    await expect(startWorker({ store, queue, stateFolder: folder.path })).rejects.toThrow(
      /^the Redis server redis:\/\/@?127\.0\.0\.1:\d+ cannot be used: nobody listens there/,
    );
  });

  it('has no other options than those it has', async () => {
    const options = { store: 's3://lake/data', queue: QUEUE, theads: 2 };
    await expect(startWorker(options)).rejects.toThrow(/^startWorker has no option "theads"/);
    await expect(startPlanner(options)).rejects.toThrow(/^startPlanner has no option "theads"/);
    await expect(openAttached({ ...options, run: 'x' })).rejects.toThrow(
      /^openAttached has no option "theads"/,
    );
    await expect(enqueueRun(options)).rejects.toThrow(/^openHistory has no option "theads"/);
    const own = { store: 's3://lake/data', queue: QUEUE };
    await expect(enqueueRun({ ...own, rateShare: 2 })).rejects.toThrow(
      /^rateShare 2: must be a part above 0/,
    );
    const misspelt = { tickers: ['AAPL'], dayz: 5 };
    await expect(enqueueRun(own, misspelt)).rejects.toThrow(/^backfill has no option "dayz"/);
  });
});

it('a worker is called as its environment says, by whatever name of that, else as its host', () => {
  const before = NAMES.map((name) => [name, process.env[name]] as const);
  const named: string[] = [];
  for (const name of NAMES) {
    process.env[name] = name;
    named.push(workerName());
  }
  for (const [name, value] of before)
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  expect(named).toEqual(NAMES);
  expect(workerName()).not.toBe('');
});

it('what a run was asked is kept without a key, and a universe as it was', () => {
  const lives = new Map([['AAPL', [{ from: 1, to: 5 }]]]);
  const request = { tickers: { tickers: ['AAPL'], lives }, days: 5, onEvent: () => undefined };
  const options = { store: 's3://x:y@lake/data', secrets: { apiKey: 'not-to-be-seen' }, world: 'paper' };
  const text = JSON.stringify(keptRequest(options, request));
  expect(text).not.toMatch(/not-to-be-seen|lake/);
  expect(requestOfKept(JSON.parse(text) as never)).toEqual({
    tickers: { tickers: ['AAPL'], lives },
    days: 5,
  });
  const plain = keptRequest({ store: 'x', rateShare: 0.5 }, { tickers: 'all', years: 2 });
  expect(requestOfKept(plain)).toEqual({ tickers: 'all', years: 2 });
  expect(plain.options).toEqual({ rateShare: 0.5 });
});
