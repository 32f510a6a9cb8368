import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner, SeriesResult } from '../../src/backfill/runner.ts';
import type { OpenTraffic } from '../../src/backfill/run/traffic.ts';
import type { CpuClock } from '../../src/pool/cpu-room.ts';
import type { PoolOptions } from '../../src/pool/options.ts';
import { type Pool, startPool } from '../../src/pool/pool.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { type Leftovers, leftovers } from './leftovers.ts';
import type { Shared } from './misbehaving.ts';
import { orderFor } from './orders.ts';

const MISBEHAVING = new URL('./misbehaving.ts', import.meta.url);
const GOOD = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const CRASHED = { ok: false, error: { code: 'worker-crashed', retryable: true, provider: 'sample' } };

let before: Leftovers;
let folder = '';
let pools: Pool[] = [];
let traffic: OpenTraffic;
const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-pool-'));
  pools = [];
  traffic = await trafficOfOnlyRun();
  warnings.length = 0;
  process.on('warning', onWarning);
  before = leftovers();
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  expect(leftovers().threads).toBe(before.threads);
  await expect.poll(leftovers).toEqual(before); // a port is closed a turn later
  expect(warnings).toEqual([]);
  process.off('warning', onWarning);
  await rm(folder, { recursive: true });
});

function start(options: Partial<PoolOptions> = {}): Pool {
  const pool = startPool({ workers: 2, concurrency: 2, entry: MISBEHAVING, ...options });
  pools.push(pool);
  return pool;
}

/** A run of many tasks on a pool of its own, which is closed with it. */
function open(options: Partial<PoolOptions> = {}): Runner {
  const pool = start(options);
  const runner = pool.open({ tasks: 1000, traffic, secrets: {} });
  const close = (): Promise<void> => runner.close().then(() => pool.close());
  return Object.assign(Object.create(runner) as Runner, { close });
}

/** Results by ticker, all submitted at once. */
async function runAll(pool: Runner, tickers: readonly string[]): Promise<Record<string, SeriesResult>> {
  const results = await Promise.all(
    tickers.map(async (ticker) => [ticker, await resultOf(pool, ticker)] as const),
  );
  return Object.fromEntries(results);
}

/** Of the one series of an order. */
async function resultOf(pool: Runner, ticker: string): Promise<SeriesResult> {
  const { series } = await pool.run(orderFor(ticker));
  return series[0] as SeriesResult;
}

const codesOf = (results: Record<string, SeriesResult>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(results).map(([ticker, result]) => [ticker, result.ok ? 'ok' : result.error.code]),
  );

/** Threads that have something to do for this part of the time. */
function activeFor(part: number): CpuClock {
  const now = (): number => performance.now();
  return { now, active: () => ({ ms: part * now(), threads: 1 }), idle: () => undefined };
}

const allGood = Object.fromEntries(GOOD.map((ticker) => [ticker, 'ok']));

describe('a pool with a task that kills its thread', () => {
  it.each([
    ['EXIT', 'the worker thread exited with code 7 (attempt 3 of 3)', {}],
    ['UNCAUGHT', 'the worker thread failed outside a task: boom (attempt 3 of 3)', {}],
    ['REJECTION', 'the worker thread failed outside a task: nobody listens (attempt 3 of 3)', {}],
    [
      'HEAP',
      'the worker thread ran out of memory (attempt 3 of 3)',
      { resourceLimits: { maxOldGenerationSizeMb: 64 } },
    ],
    [
      'LOOP',
      'the worker thread was stuck: a task was still in work after 0.4 s (attempt 3 of 3)',
      { taskDeadlineMs: 400 },
    ],
    [
      'HANG',
      'the worker thread was stuck: a task was still in work after 0.4 s (attempt 3 of 3)',
      { taskDeadlineMs: () => 400 },
    ],
  ])('%s: fails that task by name and loses no other', async (fault, message, options) => {
    const results = await runAll(open(options), ['A', fault, ...GOOD.slice(1)]);
    expect(codesOf(results)).toEqual({ ...allGood, [fault]: 'worker-crashed' });
    expect(results[fault]).toMatchObject({ ...CRASHED, error: { message, ticker: fault } });
  });

  it('loses no other of many that kill one thread after the other', async () => {
    const results = await runAll(open(), ['EXIT', 'A', 'B', 'UNCAUGHT', 'C', 'D', 'REJECTION', 'E']);
    const faults = { EXIT: 'worker-crashed', UNCAUGHT: 'worker-crashed', REJECTION: 'worker-crashed' };
    expect(codesOf(results)).toEqual({ ...faults, A: 'ok', B: 'ok', C: 'ok', D: 'ok', E: 'ok' });
  });

  it('puts no other task beside a suspect', async () => {
    const pool = open({ workers: 1, attempts: 2 });
    const results = await runAll(pool, ['EXIT', 'SLOW@200', 'UNCAUGHT']);
    expect(codesOf(results)).toEqual({
      EXIT: 'worker-crashed',
      'SLOW@200': 'ok',
      UNCAUGHT: 'worker-crashed',
    });
  });

  it('puts no suspect beside other tasks', async () => {
    const pool = open({ attempts: 2 });
    await runAll(pool, ['SLOW@201', 'SLOW@202', 'SLOW@203', 'SLOW@204']); // from now on tasks go to the threads in turn
    const results = await runAll(pool, ['SLOW@300', 'EXIT@150', 'EXIT', 'A']);
    const crashes = { 'EXIT@150': 'worker-crashed', EXIT: 'worker-crashed' };
    expect(codesOf(results)).toEqual({ 'SLOW@300': 'ok', A: 'ok', ...crashes });
  });

  it('goes on with other tasks afterwards', async () => {
    const pool = open({ workers: 1, attempts: 1 });
    expect(await resultOf(pool, 'A')).toMatchObject({ ok: true });
    expect(pool.deaths).toBe(0);
    expect(await resultOf(pool, 'EXIT')).toMatchObject(CRASHED);
    expect(await resultOf(pool, 'A')).toMatchObject({ ok: true });
    expect(pool.deaths).toBe(1);
  });

  it('asks again how long a task may be in work before it takes its thread for stuck', async () => {
    let asked = 0;
    const taskDeadlineMs = (): number => (asked++ === 0 ? 100 : 250);
    const pool = open({ workers: 1, attempts: 1, taskDeadlineMs });
    const { error } = (await resultOf(pool, 'HANG')) as Extract<SeriesResult, { ok: false }>;
    expect(error.message).toContain('after 0.25 s');
  });

  it('does not leave a suspect waiting until all fresh tasks are done', async () => {
    const pool = open({ workers: 1 });
    const settled: string[] = [];
    const tickers = ['EXIT', ...Array.from({ length: 40 }, (_, index) => `T${index}`)];
    await Promise.all(tickers.map((ticker) => pool.run(orderFor(ticker)).then(() => settled.push(ticker))));
    expect(settled.indexOf('EXIT')).toBeLessThan(5);
  });

  it('leaves a thread behind that nothing can end, and goes on in another', async () => {
    const shared: Shared = { folder };
    const pool = open({ shared, workers: 1, attempts: 1, taskDeadlineMs: 400, endTimeoutMs: 100 });
    try {
      expect(await resultOf(pool, 'BLOCKED')).toMatchObject(CRASHED);
      expect(await resultOf(pool, 'A')).toMatchObject({ ok: true });
      await pool.close();
    } finally {
      await writeFile(join(folder, 'unblock'), '');
    }
    await expect.poll(leftovers).toEqual(before);
  });
});

describe('a run that is abandoned', () => {
  it.each(['LOOP', 'HANG', 'UNCAUGHT@400'])('has no task in work any more: %s', async (fault) => {
    const pool = start({ workers: 1, taskDeadlineMs: 60_000 });
    const run = pool.open({ tasks: 1000, traffic, secrets: {} });
    expect(await resultOf(run, 'A')).toMatchObject({ ok: true });
    const results = runAll(run, [fault, 'SLOW@60000', 'WAITS']);
    await sleep(100);
    run.abandon();
    expect(codesOf(await results)).toEqual({
      ...{ [fault]: 'cancelled', 'SLOW@60000': 'cancelled', WAITS: 'cancelled' },
    });
    expect(await resultOf(run, 'A')).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(run.deaths).toBe(1);
    await run.close();
  });

  it('loses no task of another run, and makes no suspect of it', async () => {
    const pool = start({ workers: 1, attempts: 1, taskDeadlineMs: 60_000 });
    const [stopped, other] = [await trafficOfOnlyRun(), await trafficOfOnlyRun()].map((own) =>
      pool.open({ tasks: 1000, traffic: own, secrets: {} }),
    ) as [Runner, Runner];
    expect(await resultOf(stopped, 'A')).toMatchObject({ ok: true });
    const results = [resultOf(stopped, 'LOOP@50'), resultOf(other, 'SLOW@400')];
    await sleep(100);
    stopped.abandon();
    expect(await Promise.all(results)).toMatchObject([{ error: { code: 'cancelled' } }, { ok: true }]);
    await Promise.all([stopped.close(), other.close()]);
  });
});

describe('a pool with a faulty task function', () => {
  it.each([
    ['THROW', { code: 'internal', message: 'a bug', cause: expect.stringContaining('misbehaving.ts') }],
    ['NOTHING', { code: 'internal', message: 'the task gave no result' }],
  ])('%s: reports the bug at once and keeps the thread', async (fault, error) => {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const shared: Shared = { ran };
    const results = await runAll(open({ shared, workers: 1 }), ['A', fault, 'B', 'C']);
    expect(results[fault]).toMatchObject({ ok: false, error: { ...error, ticker: fault } });
    expect(codesOf(results)).toMatchObject({ A: 'ok', B: 'ok', C: 'ok' });
    expect(ran[0]).toBe(3);
  });

  it('names a task whose result cannot leave the thread', async () => {
    const results = await runAll(open(), ['A', 'UNCLONEABLE', 'B']);
    expect(codesOf(results)).toEqual({ A: 'ok', UNCLONEABLE: 'worker-crashed', B: 'ok' });
  });
});

describe('a pool whose threads do not start', () => {
  it.each([
    ['throws', { entry: new URL('./fail-at-load.ts', import.meta.url) }, 'did not load: no such library'],
    [
      'hangs',
      { entry: new URL('./hang-at-load.ts', import.meta.url), startTimeoutMs: 500 },
      'did not load within 0.5 s',
    ],
    ['is not there', { entry: new URL('nowhere.ts', import.meta.url) }, 'did not load: Cannot find module'],
    [
      'is no function',
      { entry: new URL('./orders.ts', import.meta.url) },
      'did not load: No handler function exported from',
    ],
    ['cannot have what it shares', { shared: () => undefined }, 'did not load: () => undefined could not be'],
  ])('fails every task by name: an entry that %s', async (_, options, why) => {
    const pool = open(options);
    const message = expect.stringContaining(`no worker thread starts: the last one ${why}`);
    const results = await runAll(pool, GOOD);
    for (const ticker of GOOD) {
      expect(results[ticker]).toMatchObject({ ...CRASHED, error: { message, ticker } });
    }
    expect(await resultOf(pool, 'Z')).toMatchObject({ ...CRASHED, error: { message } });
  });
});

describe('closing a pool', () => {
  it('waits until its threads are gone', async () => {
    const pool = open({ shared: { folder } });
    await pool.run(orderFor('LINGER'));
    await expect.poll(() => readdir(folder)).toContain('begun');
    await pool.close();
    expect(await readdir(folder)).toContain('done');
  });

  it('ends threads that are still starting', async () => {
    await open({ workers: 4 }).close();
    expect(leftovers().threads).toBe(before.threads);
  });

  it('waits for what was accepted, crashes included, and takes no more', async () => {
    const pool = open();
    const accepted = runAll(pool, ['A', 'EXIT', 'B', 'C', 'D', 'E']);
    const closed = pool.close();
    expect(await resultOf(pool, 'F')).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await closed;
    expect(leftovers().threads).toBe(before.threads);
    expect(codesOf(await accepted)).toMatchObject({ EXIT: 'worker-crashed', A: 'ok', E: 'ok' });
    await pool.close();
  });

  it('ends although a task hangs', async () => {
    const pool = open({ taskDeadlineMs: 200 });
    const hung = pool.run(orderFor('HANG'));
    await pool.close();
    expect((await hung).series).toMatchObject([CRASHED]);
  });

  it.each(['close', 'leave'])('lets the process end, whatever its threads went through: %s', async (how) => {
    const loader = fileURLToPath(new URL('../../workers/typescript.mjs', import.meta.url));
    const program = fileURLToPath(new URL('./close-and-leave.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, program, how], {
      timeout: 8000,
    });
    expect(stdout).toBe('ok worker-crashed ok\nleft\n');
  });
});

describe('runs that share a pool', () => {
  const two = (pool: Pool): [Runner, Runner] => [
    pool.open({ tasks: 9, traffic, secrets: {} }),
    pool.open({ tasks: 9, traffic, secrets: {} }),
  ];

  it('give back at once what waits of the one that is stopped', async () => {
    const pool = start({ workers: 1, concurrency: 1 });
    const [one, other] = two(pool);
    let isHeld = true;
    const held = resultOf(other, 'SLOW@1500').finally(() => (isHeld = false));
    const waiting = runAll(one, ['A', 'B']);
    one.traffic.cancel();
    expect(codesOf(await waiting)).toEqual({ A: 'cancelled', B: 'cancelled' });
    expect(isHeld).toBe(true);
    expect(await held).toMatchObject({ ok: true });
  });

  it('know of the deaths among their own tasks only', async () => {
    const pool = start({ workers: 1, attempts: 1 });
    const [one, other] = two(pool);
    await resultOf(one, 'EXIT');
    await resultOf(other, 'A');
    expect([one.deaths, other.deaths]).toEqual([1, 0]);
  });

  it('find its threads warm, or have others where it was idle for too long', async () => {
    const pool = start({ workers: 1, idleMs: 200 });
    for (const ticker of ['A', 'B']) {
      const runner = pool.open({ tasks: 1, traffic, secrets: {} });
      expect(await resultOf(runner, ticker)).toMatchObject({ ok: true });
      await runner.close();
      expect(leftovers().threads).toBe(before.threads + 1);
      await expect.poll(() => leftovers().threads).toBe(before.threads);
    }
  });

  it('have threads that were started for what was to come', async () => {
    const pool = start({ workers: 4, loadsAtOnce: 2 });
    pool.warm(1);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 1);
    pool.warm(100);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 2);
    const runner = pool.open({ tasks: 2, traffic, secrets: {} });
    await sleep(100);
    expect(leftovers().threads).toBe(before.threads + 2);
    expect(await resultOf(runner, 'A')).toMatchObject({ ok: true });
    await runner.close();
  });

  it('leave no thread where what was to come does not', async () => {
    const pool = start({ workers: 1, idleMs: 200 });
    pool.warm(1);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 1);
    await expect.poll(() => leftovers().threads).toBe(before.threads);
    await pool.close();
    pool.warm(1);
    await sleep(100);
    expect(leftovers().threads).toBe(before.threads);
  });
});

describe('a pool at work', () => {
  it('leaves a thread alone that has loaded in time', async () => {
    const pool = open({ workers: 1, attempts: 2, startTimeoutMs: 1000 });
    expect(await resultOf(pool, 'SLOW@1200')).toMatchObject({ ok: true });
  });

  it('loads few threads at once, all in the end, and none that nobody waits for', async () => {
    const entry = new URL('./slow-to-load.ts', import.meta.url);
    const loads = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(12));
    const many = loads();
    const busy = open({ workers: 4, concurrency: 1, loadsAtOnce: 2, entry, shared: many, cpu: activeFor(0) });
    expect(codesOf(await runAll(busy, GOOD))).toEqual(allGood);
    expect([...many.slice(1)]).toEqual([2, 4]);

    const spare = loads();
    const computing = open({
      workers: 4,
      concurrency: 1,
      loadsAtOnce: 2,
      entry,
      shared: spare,
      cpu: activeFor(1),
    });
    const quick = GOOD.map((ticker) => `QUICK${ticker}`);
    expect(new Set(Object.values(codesOf(await runAll(computing, quick))))).toEqual(new Set(['ok']));
    expect([...spare.slice(1)]).toEqual([2, 2]);

    const none = loads();
    const atWork = open({ workers: 4, concurrency: 1, loadsAtOnce: 2, entry, shared: none });
    const long = GOOD.map((ticker) => `BUSY${ticker}`);
    expect(new Set(Object.values(codesOf(await runAll(atWork, long))))).toEqual(new Set(['ok']));
    expect([...none.slice(1)]).toEqual([2, 2]);

    const few = loads();
    const idle = open({ workers: 4, concurrency: 1, loadsAtOnce: 1, entry, shared: few });
    expect(codesOf(await runAll(idle, ['QUICK']))).toEqual({ QUICK: 'ok' });
    expect([...few.slice(1)]).toEqual([1, 1]);
  });

  it('bears an endless deadline', async () => {
    const pool = open({ attempts: 1, taskDeadlineMs: Number.POSITIVE_INFINITY });
    expect(await resultOf(pool, 'SLOW@50')).toMatchObject({ ok: true });
  });

  it('runs more tasks than it has room for, each once', async () => {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const shared: Shared = { ran };
    const tickers = Array.from({ length: 200 }, (_, index) => `T${index}`);
    const results = await runAll(open({ shared }), tickers);
    expect(Object.values(results).every(({ ok }) => ok)).toBe(true);
    expect(ran[0]).toBe(200);
  });
});
