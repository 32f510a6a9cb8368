import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/backfill/runner.ts';
import type { SharedTraffic } from '../../src/backfill/run/traffic.ts';
import { Engine } from '../../src/library/engine.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { leftovers } from '../pool/leftovers.ts';
import { WEEK, update } from '../store/fixtures.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE'];
const OTHERS = ['BRIQ', 'HAZL'];
const MONTH = { start: '2025-06-02', end: '2025-06-30' };
const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const ALFA = { ticker: 'ALFA', interval: '1d' } as const;

let folder = '';
let simulator: Logged;
let door: Door;
let history: History;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-engine-'));
  simulator = await start();
  door = await openDoor(simulator.url);
  history = historyWith(1);
});
afterEach(async () => {
  door.release();
  await history.close();
  await door.close();
  await stopAll();
  await rm(folder, { recursive: true });
});

/** A history with one thread that may have so many requests in flight. */
function historyWith(concurrency: number): History {
  return openHistory({
    store: join(folder, 'data'),
    provider: { id: 'yahoo', url: door.url },
    stateFolder: join(folder, 'state'),
    workers: 1,
    concurrency,
    clock: () => NOW,
  });
}

interface Door {
  readonly url: string;
  /** Keeps the requests of a ticker waiting until `release`. Resolves when the first has come. */
  hold(ticker: string): Promise<void>;
  release(): void;
  /** Most requests that were there at once. */
  most(): number;
  close(): Promise<void>;
}

/** A server before the simulator. */
async function openDoor(url: string): Promise<Door> {
  const held = new Map<string, () => void>();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let present = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++present);
    response.once('close', () => present--);
    const pass = async (): Promise<void> => {
      const come = held.get(request.url?.match(/chart\/([^?]+)/)?.[1] ?? '');
      come?.();
      if (come !== undefined) await released;
      const answer = await fetch(`${url}${request.url}`);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (ticker) => new Promise((come) => held.set(ticker, come)),
    release,
    most: () => most,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

/** How often each ticker was asked for. */
function asked(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { symbol } of simulator.entries) counts[symbol ?? ''] = (counts[symbol ?? ''] ?? 0) + 1;
  return counts;
}

const once = (tickers: readonly string[]): Record<string, number> =>
  Object.fromEntries(tickers.map((ticker) => [ticker, 1]));

/** Whether another history could write the store now. */
async function isFree(): Promise<boolean> {
  try {
    await (await openStore(join(folder, 'data')).acquire()).release();
    return true;
  } catch {
    return false;
  }
}

describe('calls of one history at the same time', () => {
  it('ask for nothing twice, and lock nobody out', async () => {
    await history.backfill({ tickers: ['ALFA'], ...MONTH });
    const more = [...TICKERS, ...OTHERS];
    const reads = Array.from({ length: 20 }, () => history.read(ALFA, MONTH));
    const [first, second] = await Promise.all([
      history.backfill({ tickers: TICKERS, ...MONTH }),
      history.backfill({ tickers: more, ...MONTH }),
      ...reads,
    ]);
    expect(asked()).toEqual(once(more));
    expect(first).toMatchObject({ fetched: 3, complete: 1, failed: 0 });
    expect(second).toMatchObject({ fetched: 2, complete: 4, failed: 0 });
    for (const bars of await Promise.all(reads)) expect(bars).toHaveLength(20);
    expect(await isFree()).toBe(true);
  });

  it('go side by side where they want other tickers, and hold the store until the last has ended', async () => {
    const { threads } = leftovers();
    history = historyWith(2);
    const held = door.hold('NYXA');
    const long = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const short = await history.backfill({ tickers: OTHERS, ...MONTH });
    expect(short).toMatchObject({ fetched: 2, failed: 0, sent: 2 });
    expect(await isFree()).toBe(false);
    await expect(openHistory({ store: join(folder, 'data') }).forget('BRIQ', MONTH)).rejects.toMatchObject({
      code: 'store-locked',
    });
    door.release();
    expect(await long).toMatchObject({ fetched: 4, failed: 0, stopped: null, sent: 4 });
    expect(await isFree()).toBe(true);
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 2]);
  });

  it('share their thread and its places, and find it warm until the history is closed', async () => {
    const { threads } = leftovers();
    const alone = [...TICKERS, ...OTHERS].map((ticker) => history.backfill({ tickers: [ticker], ...MONTH }));
    for (const one of await Promise.all(alone)) expect(one).toMatchObject({ fetched: 1, sent: 1 });
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 1]);
    await history.backfill({ tickers: ['QUIL'], ...MONTH });
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 1]);
    await history.close();
    expect(leftovers().threads).toBe(threads);
  });

  it('are stopped one by one', async () => {
    const stop = new AbortController();
    history = historyWith(2);
    const held = door.hold('NYXA');
    const stopped = history.backfill({ tickers: ['NYXA', 'ORBL', 'PYRE'], ...MONTH, stop: stop.signal });
    await held;
    const other = door.hold('BRIQ');
    const going = history.backfill({ tickers: OTHERS, ...MONTH });
    await other;
    stop.abort();
    door.release();
    expect(await going).toMatchObject({ fetched: 2, failed: 0, stopped: null });
    expect(await stopped).toMatchObject({ stopped: { reason: 'interrupted' }, failed: 0 });
    expect(await history.backfill({ tickers: ['PYRE'], ...MONTH })).toMatchObject({
      failed: 0,
      stopped: null,
    });
  });

  it('lose nothing where one of them that others wait for is stopped', async () => {
    const stop = new AbortController();
    const held = door.hold('NYXA');
    const first = history.backfill({ tickers: TICKERS, ...MONTH, stop: stop.signal });
    await held;
    const second = history.backfill({ tickers: TICKERS, ...MONTH });
    stop.abort();
    door.release();
    const { fetched, stopped } = await first;
    expect(stopped?.reason).toBe('interrupted');
    expect(fetched).toBeLessThan(4);
    expect(await second).toMatchObject({ fetched: 4 - fetched, complete: fetched, failed: 0, stopped: null });
    expect(asked()).toEqual(once(TICKERS));
  });

  it('end at once where they are stopped while they wait', async () => {
    const stop = new AbortController();
    const held = door.hold('NYXA');
    const first = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const second = history.backfill({ tickers: ['NYXA', 'BRIQ'], ...MONTH, stop: stop.signal });
    const third = history.backfill({ tickers: ['NYXA', 'BRIQ'], ...MONTH });
    stop.abort();
    expect(await second).toMatchObject({ stopped: { reason: 'interrupted' }, fetched: 0, notRun: 2 });
    door.release();
    expect(await first).toMatchObject({ fetched: 4, failed: 0 });
    expect(await third).toMatchObject({ fetched: 1, complete: 1, failed: 0 });
    expect(asked()).toEqual(once([...TICKERS, 'BRIQ']));
  });

  it('forget and mend in their turn', async () => {
    const held = door.hold('NYXA');
    const filling = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const forgetting = history.forget('ALFA');
    const mending = history.doctor({ fix: true });
    door.release();
    expect(await filling).toMatchObject({ fetched: 4 });
    expect(await forgetting).toMatchObject({ rows: 20 });
    expect(await mending).toMatchObject({ damages: [] });
    expect(await history.backfill({ tickers: TICKERS, ...MONTH })).toMatchObject({ fetched: 1, complete: 3 });
  });
});

describe('worker threads that could not be had', () => {
  const traffic = {
    begin: () => ({}),
    close: () => Promise.resolve(),
    isSpent: () => false,
    failure: () => undefined,
  } as unknown as SharedTraffic;

  it('are asked for anew by the next run, and no trouble of whoever closes', async () => {
    const opened: string[] = [];
    const pool = {
      open: () => ({}) as Runner,
      warm: () => undefined,
      close: () => Promise.resolve(void opened.push('closed')),
    };
    const engine = new Engine(openStore(join(folder, 'data')), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => {
        opened.push('asked');
        return opened.length === 1 ? Promise.reject(new Error('too many open files')) : Promise.resolve(pool);
      },
    });
    const both = [engine.startRunner(1, {}), engine.startRunner(1, {})];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await engine.startRunner(1, {});
    await engine.startRunner(1, {});
    await engine.close();
    expect(opened).toEqual(['asked', 'asked', 'closed']);
  });

  it('are no trouble of whoever only expects to need them', async () => {
    const opened: string[] = [];
    const pool = {
      open: () => ({}) as Runner,
      warm: (tasks: number) => void opened.push(`warm for ${tasks}`),
      close: () => Promise.resolve(void opened.push('closed')),
    };
    const engine = new Engine(openStore(join(folder, 'data')), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => {
        opened.push('asked');
        return opened.length === 1 ? Promise.reject(new Error('too many open files')) : Promise.resolve(pool);
      },
    });
    engine.expect(7);
    await expect.poll(() => opened).toEqual(['asked']);
    engine.expect(5);
    await engine.startRunner(5, {});
    await engine.close();
    expect(opened).toEqual(['asked', 'asked', 'warm for 5', 'closed']);
  });

  it('do not keep a history open', async () => {
    const engine = new Engine(openStore(join(folder, 'data')), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => Promise.reject(new Error('too many open files')),
    });
    await expect(engine.startRunner(1, {})).rejects.toThrow('too many open files');
    await engine.close();
  });
});

describe('a history that is closed', () => {
  it('has waited for all that writes, and writes no more', async () => {
    let isDone = false;
    const held = door.hold('NYXA');
    const filling = history.backfill({ tickers: TICKERS, ...MONTH }).finally(() => (isDone = true));
    await held;
    const closing = history.close();
    const late = history.backfill({ tickers: ['BRIQ'], ...MONTH });
    await expect(late).rejects.toMatchObject({ code: 'cancelled', message: 'the history is closed' });
    expect(isDone).toBe(false);
    door.release();
    await closing;
    await new Promise(setImmediate);
    expect(isDone).toBe(true);
    expect(await filling).toMatchObject({ fetched: 4 });
    expect(await isFree()).toBe(true);
  });

  it('has waited for what was called in the same turn, however often it is closed', async () => {
    await openStore(join(folder, 'data')).upsert(update(WEEK));
    const ended: string[] = [];
    const called = <T>(name: string, call: Promise<T>): Promise<T> => call.finally(() => ended.push(name));
    const filling = called('backfill', history.backfill({ tickers: OTHERS, ...MONTH }));
    const reading = called('read', history.read(AAPL));
    const checking = called('coverage', history.coverage());
    const forgetting = called('forget', history.forget('MSFT'));
    const asking = called(
      'query',
      history.query('SELECT 1 AS one', async ({ columns }) => columns),
    );
    const closings = [history.close(), history.close()];
    await closings[1];
    expect(ended.toSorted()).toEqual(['backfill', 'coverage', 'forget', 'query', 'read']);
    expect(await filling).toMatchObject({ fetched: 2, failed: 0, stopped: null });
    expect(await Promise.all([reading, checking, forgetting, asking])).toMatchObject([
      { length: 5 },
      { unreadable: [] },
      { rows: 0 },
      ['one'],
    ]);
    await closings[0];
    await history.close();
    expect(await isFree()).toBe(true);
  });

  it('refuses whatever comes later, and nothing else after a call that failed', async () => {
    const refused = history.read({ ticker: 'NOPE', interval: '1d' });
    await expect(refused).rejects.toMatchObject({ code: 'not-stored' });
    expect(await history.forgotten()).toEqual([]);
    await history.close();
    for (const late of [() => history.read(ALFA), () => history.plan(), () => history.forgotten()])
      await expect(late()).rejects.toMatchObject({ code: 'cancelled', message: 'the history is closed' });
  });
});
