import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ALPACA_KEYS, alpaca } from '../../../src/simulator/alpaca/index.ts';
import { start, stopAll } from '../../simulator/running.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-hour-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

/** A run of the last days up to a moment, on what earlier ones stored. */
async function runAt(now: string): Promise<RunSummary> {
  const at = Date.parse(now);
  const simulator = await start({ wire: alpaca, market: sampleMarket(), now: () => at });
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alpaca', url: simulator.url, settings: { plan: 'algo-trader-plus' } },
    secrets: { ...ALPACA_KEYS, keyId: `${ALPACA_KEYS.keyId}PLUS` },
    ...{ stateFolder: join(folder, 'state'), clock: () => at, quotas: [] },
  });
  try {
    const what = { tickers: ['ALFA'], intervals: ['1h'], start: '2025-05-26' } as const;
    return await history.backfill({ ...what, includeProvisional: true });
  } finally {
    await history.close();
  }
}

describe('a session of which the first hour is not over', () => {
  it('has no bar yet, which is no failure beside what is stored', async () => {
    expect(await runAt('2025-05-30T02:00:00Z')).toMatchObject({ failed: 0, failures: [] });
    for (const now of ['2025-05-30T13:45:00Z', '2025-05-30T14:20:00Z']) {
      const summary = await runAt(now);
      expect(summary).toMatchObject({ failures: [], bars: 0, provisional: 0 });
      // The rows before the open came.
      expect(summary.dropped - summary.unfinished).toBeGreaterThanOrEqual(5);
    }
    expect(await runAt('2025-05-30T14:45:00Z')).toMatchObject({ failures: [], inserted: 1, provisional: 1 });
  });
});
