import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Runner, SeriesResult } from '../../src/backfill/runner.ts';
import type { OpenTraffic } from '../../src/backfill/run/traffic.ts';
import type { PoolOptions } from '../../src/pool/options.ts';
import { type Pool, startPool } from '../../src/pool/pool.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { bundled } from '../bundled.ts';
import { type Leftovers, leftovers } from './leftovers.ts';
import { orderFor } from './orders.ts';

const MISBEHAVING = bundled('test/pool/threads/misbehaving.ts');
export const GOOD = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
export const CRASHED = { ok: false, error: { code: 'worker-crashed', retryable: true, provider: 'sample' } };

/** What was there before a test: after it, each pool that it started is closed and nothing else may be left. */
export let before: Leftovers;
export let folder = '';
let pools: Pool[] = [];
export let traffic: OpenTraffic;
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

/** A pool of threads that misbehave as their tickers say. */
export function start(options: Partial<PoolOptions> = {}): Pool {
  const pool = startPool({ workers: 2, concurrency: 2, entry: MISBEHAVING, ...options });
  pools.push(pool);
  return pool;
}

/** A run of many tasks on a pool of its own, which is closed with it. */
export function open(options: Partial<PoolOptions> = {}): Runner {
  const pool = start(options);
  const runner = pool.open({ tasks: 1000, traffic, secrets: {} });
  const close = (): Promise<void> => runner.close().then(() => pool.close());
  return Object.assign(Object.create(runner) as Runner, { close });
}

/** Results by ticker, all submitted at once. */
export async function runAll(
  pool: Runner,
  tickers: readonly string[],
): Promise<Record<string, SeriesResult>> {
  const results = await Promise.all(
    tickers.map(async (ticker) => [ticker, await resultOf(pool, ticker)] as const),
  );
  return Object.fromEntries(results);
}

/** Of the one series of an order. */
export async function resultOf(pool: Runner, ticker: string): Promise<SeriesResult> {
  const { series } = await pool.run(orderFor(ticker));
  return series[0] as SeriesResult;
}

export const codesOf = (results: Record<string, SeriesResult>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(results).map(([ticker, result]) => [ticker, result.ok ? 'ok' : result.error.code]),
  );

export const allGood = Object.fromEntries(GOOD.map((ticker) => [ticker, 'ok']));
