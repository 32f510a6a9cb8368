import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import type { Runner } from '../../src/backfill/runner.ts';
import type { PoolOptions } from '../../src/pool/options.ts';
import { type Pool, startPool } from '../../src/pool/pool.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { sampleCapabilities } from '../../src/providers/sample/capabilities.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { bundled } from '../bundled.ts';
import type { Shared } from './threads/exit-for-nyxa.ts';

let folder = '';
let tools: BackfillTools;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-pool-'));
  const clock = () => Date.parse('2025-06-20T12:00:00Z');
  const store = openStore(folder);
  tools = {
    store,
    acquire: () => store.acquire(),
    staging: new SharedStaging(),
    capabilities: sampleCapabilities,
    context: { storeUrl: folder, provider: { id: 'sample' } },
    startRunner: (tasks) => runnerOf(tasks),
    clock,
  };
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  await rm(folder, { recursive: true });
});

const pools: Pool[] = [];

/** A pool for one run. */
async function runnerOf(tasks: number, options: Partial<PoolOptions> = {}): Promise<Runner> {
  const pool = startPool({ workers: 2, concurrency: 2, shared: { inFlight: 2 }, ...options });
  pools.push(pool);
  return pool.open({ tasks, traffic: await trafficOfOnlyRun(), secrets: {} });
}

describe('a backfill in worker threads', () => {
  it('fills the gaps of forty tickers in two hundred tasks', async () => {
    const limits = { maxSpanDays: 30, lookBackDays: null, requestsPerSpan: 1, settleDelayMs: 0 };
    const capabilities = { ...sampleCapabilities, intervals: { '1d': limits } };
    const finished: BackfillEvent[] = [];
    const onEvent = (event: BackfillEvent): void => void (event.type === 'finished' && finished.push(event));
    const tickers = (await openSample({ id: 'sample' }).listTickers()).slice(0, 40);
    const request = { tickers, days: 110 };
    expect(await backfill(request, { ...tools, capabilities, onEvent })).toMatchObject({
      fetched: 40,
      failed: 0,
    });
    expect(finished.length).toBeGreaterThanOrEqual(200);
    expect(await backfill(request, tools)).toMatchObject({ complete: 40, requests: 0 });
  });

  const entry = bundled('test/pool/threads/exit-for-nyxa.ts');
  const tickers = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'QUIL', 'UMBR', 'VELM', 'WQAL'];
  const week = { tickers, start: '2025-06-02', end: '2025-06-06' };
  /** Tools of a run in which one ticker ends its thread so often. */
  const exiting = (times: number): BackfillTools => {
    const exits = new Int32Array(new SharedArrayBuffer(4)).fill(times);
    const shared: Shared = { inFlight: 2, exits };
    return { ...tools, startRunner: (tasks) => runnerOf(tasks, { entry, shared }) };
  };

  it('ends with the one ticker failed that ends its thread, and stores the others', async () => {
    const summary = await backfill(week, exiting(3));
    expect(summary).toMatchObject({ fetched: 7, failed: 1 });
    expect(summary.failures).toMatchObject([
      { ticker: 'NYXA', code: 'worker-crashed', message: expect.stringContaining('exited with code 7') },
    ]);
    const stored = [...(await openStore(folder).scan()).series.keys()];
    expect(stored).toEqual(tickers.filter((ticker) => ticker !== 'NYXA').map((ticker) => `${ticker} 1d`));
  });

  it('counts a task once that ran again because its thread had died', async () => {
    const done = new Map<string, number>();
    const onEvent = (event: BackfillEvent): void =>
      void (event.type === 'finished' && done.set(event.want.series.ticker, event.done));
    const summary = await backfill(week, { ...exiting(2), onEvent });
    expect(summary).toMatchObject({ fetched: 8, failed: 0, requests: 8, bars: 35, inserted: 35 });
    expect(new Set(done.keys())).toEqual(new Set(tickers));
    expect([...done.values()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
