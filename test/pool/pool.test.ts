import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CpuClock } from '../../src/pool/cpu-room.ts';
import { bundled } from '../bundled.ts';
import { leftovers } from './leftovers.ts';
import type { Shared } from './threads/misbehaving.ts';
import { orderFor } from './orders.ts';
import {
  allGood,
  before,
  codesOf,
  CRASHED,
  folder,
  GOOD,
  open,
  resultOf,
  runAll,
} from './misbehaving-pools.ts';

/** Threads that have something to do for this part of the time. */
function activeFor(part: number): CpuClock {
  const now = (): number => performance.now();
  return { now, active: () => ({ ms: part * now(), threads: 1 }), idle: () => undefined };
}

describe('a pool whose threads do not start', () => {
  it.each([
    ['throws', { entry: bundled('test/pool/threads/fail-at-load.ts') }, 'did not load: no such library'],
    [
      'hangs',
      { entry: bundled('test/pool/threads/hang-at-load.ts'), startTimeoutMs: 500 },
      'did not load within 0.5 s',
    ],
    ['is not there', { entry: new URL('nowhere.ts', import.meta.url) }, 'did not load: Cannot find module'],
    [
      'is no function',
      { entry: bundled('test/pool/orders.ts') },
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
    const program = fileURLToPath(bundled('test/pool/close-and-leave-child.ts'));
    const { stdout } = await promisify(execFile)(process.execPath, [program, how], { timeout: 8000 });
    expect(stdout).toBe('ok worker-crashed ok\nleft\n');
  });
});

describe('a pool at work', () => {
  it('leaves a thread alone that has loaded in time', async () => {
    const pool = open({ workers: 1, attempts: 2, startTimeoutMs: 1000 });
    expect(await resultOf(pool, 'SLOW@1200')).toMatchObject({ ok: true });
  });

  it('loads few threads at once, all in the end, and none that nobody waits for', async () => {
    const entry = bundled('test/pool/threads/slow-to-load.ts');
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
