import { expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../../src/backfill/backfill.ts';
import type { RunToStart } from '../../../src/backfill/runner.ts';
import type { Quota } from '../../../src/core/plan/quota.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { toolsInProcess } from '../in-process.ts';
import { beginEmpty, now, store } from '../store-at.ts';

beginEmpty();

const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE', 'QUIL', 'UMBR', 'VELM', 'WQAL'];
const day = (requests: number): Quota => ({ requests, perMs: 86_400_000 });

/** How many tasks a runner was given before each of them ended, where so many machines can have one in work each. */
async function givenAtOnce(
  quotas: readonly Quota[],
  machines: () => number,
  ahead?: number,
): Promise<{ given: number[]; started: RunToStart[] }> {
  const base = toolsInProcess(openSample({ id: 'sample' }), store, () => now);
  const given: number[] = [];
  const started: RunToStart[] = [];
  let inWork = 0;
  const startRunner: BackfillTools['startRunner'] = async (tasks, run) => {
    started.push(run);
    const runner = await base.startRunner(tasks, run);
    return {
      ...runner,
      ...(ahead !== undefined && { ahead }),
      get capacity() {
        return machines();
      },
      run: async (order) => {
        inWork++;
        // All that are given at once are there by then.
        await new Promise((resolve) => setTimeout(resolve, 5));
        given.push(inWork);
        const result = await runner.run(order);
        inWork--;
        return result;
      },
    };
  };
  const capabilities = { ...base.capabilities, quotas };
  const week = { tickers: TICKERS, start: '2025-06-02', end: '2025-06-06' };
  await backfill(week, { ...base, capabilities, startRunner });
  return { given, started };
}

it('tasks are given ahead of those in work, so that they go on without their planner', async () => {
  const { given, started } = await givenAtOnce([], () => 2, 1000);
  expect(Math.max(...given)).toBe(8);
  const [{ id, context } = { id: '', context: undefined }] = started;
  expect(await store.readRuns(1)).toMatchObject([{ id }]);
  expect(context).toMatchObject({ provider: { id: 'sample' }, lock: expect.any(String) });
});

it('no more are given than can be in work where nothing says otherwise', async () => {
  const { given } = await givenAtOnce([], () => 2);
  expect(Math.max(...given)).toBe(2);
});

it.each([
  [8, 1],
  [5, 8],
])('one goes first where those in work are many for a day: %i at once, %i first', async (machines, first) => {
  const { given } = await givenAtOnce([day(500)], () => machines, 1000);
  expect(given[0]).toBe(first);
  expect(given).toHaveLength(8);
});
