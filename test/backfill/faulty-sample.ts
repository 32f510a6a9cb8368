import { type BackfillTools } from '../../src/backfill/backfill.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import { runTask } from '../../src/backfill/task/run-task.ts';
import type { Runner } from '../../src/backfill/runner.ts';
import { BackfillError, type ErrorCode } from '../../src/core/errors.ts';
import type { BarAnswer, BarRequest, Provider } from '../../src/providers/provider.ts';
import { type Gate, OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { trafficOfOnlyRun } from './only-run.ts';
import { folder, now, store } from './store-at.ts';

export const WEEK = { start: '2025-06-02', end: '2025-06-06' } as const;
const sample = openSample({ id: 'sample' });

/** The sample market behind a door that may stay shut. */
export function provider(
  fault: (ticker: string) => ErrorCode | BarAnswer | undefined,
): Provider & { asked: BarRequest[] } {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const result = fault(request.series.ticker);
      if (typeof result === 'string') throw new BackfillError(result, `${result} it is`);
      return result ?? sample.fetchBars(request);
    },
  };
}

/** Runs tasks in this thread, on any provider. */
export function tools(
  source: Provider,
  more: Partial<BackfillTools> = {},
  gate: Gate = OPEN_GATE,
): BackfillTools {
  const runner: Omit<Runner, 'traffic'> = {
    workers: 1,
    capacity: 2,
    deaths: 0,
    run: ({ task, now: at }) =>
      runTask(task, at, { provider: source, store, gate, source: 'test', elapsed: () => 0 }),
    abandon: () => undefined,
    close: () => Promise.resolve(),
  };
  const context = { storeUrl: folder, provider: { id: 'sample' } };
  const clocks = { wall: () => now, gate: () => now };
  return {
    store,
    acquire: () => store.acquire(),
    staging: new SharedStaging(),
    capabilities: source.capabilities,
    context,
    startRunner: async () => ({ ...runner, traffic: await trafficOfOnlyRun({ clocks }) }),
    clock: () => now,
    ...more,
  };
}

export const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'QUIL', 'UMBR', 'VELM', 'WQAL'];
/** The sample market as it is. */
export const open = () => provider(() => undefined);
