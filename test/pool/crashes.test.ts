import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SeriesResult } from '../../src/backfill/runner.ts';
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

describe('a pool with a faulty task function', () => {
  it.each([
    ['THROW', { code: 'internal', message: 'a bug', cause: expect.stringContaining('misbehaving.js') }],
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
