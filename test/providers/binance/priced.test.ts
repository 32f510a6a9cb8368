import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackfillOptions } from '../../../src/library/history.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { start, stopAll } from '../../simulator/running.ts';
import { market } from './archived-market.ts';
import { sampled } from '../../needs.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'priced-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

/** What was planned, what was sent, by the run and to the simulator. */
async function requests(request: BackfillOptions, now: string): Promise<number[]> {
  const clock = (): number => Date.parse(now);
  const simulator = await start({ wire: 'binance', market, now: clock });
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'binance', url: simulator.url },
    ...{ stateFolder: join(folder, 'state'), clock, quotas: [] },
  });
  try {
    const plan = await history.plan(request);
    const { failures, requests: sent } = await history.backfill(request);
    expect(failures).toEqual([]);
    return [plan.totals.requests, sent, simulator.entries.length];
  } finally {
    await history.close();
  }
}

const SATURDAY = '2026-11-28T12:00:00Z';

describe('requests for a pair', () => {
  it.each(
    sampled<[Interval, string, string, string, number]>(
      [
        // A month that is over is a file and its digest; the one that runs is 1,440 rows a day by the thousand.
        ['1m', '2026-10-01', '2026-10-31', SATURDAY, 2],
        ['1m', '2026-11-01', '2026-11-27', SATURDAY, 39],
        ['1m', '2026-10-20', '2026-11-10', SATURDAY, 2 + 15],
        ['1m', '2026-10-31', '2026-11-01', SATURDAY, 2 + 2],
        // The file of October is there from the third of November on.
        ['1m', '2026-10-29', '2026-11-01', '2026-11-02T12:00:00Z', 5 + 2],
        ['5m', '2026-09-01', '2026-11-27', SATURDAY, 2 + 2 + 8],
        ['15m', '2026-10-01', '2026-11-27', SATURDAY, 2 + 3],
        ['1h', '2026-10-01', '2026-11-27', SATURDAY, 2],
        ['1d', '2026-01-01', '2026-11-27', SATURDAY, 1],
      ],
      2,
      'spans',
    ),
  )('of %s from %s to %s are planned as they are sent', async (interval, first, last, now, expected) => {
    const request = { tickers: ['PSDO-USDT'], intervals: [interval], start: first, end: last };
    expect(await requests(request, now)).toEqual([expected, expected, expected]);
  });

  it('of a day that runs are those of its hours', async () => {
    const today = { tickers: ['PSDO-USDT'], intervals: ['1m'], start: '2026-11-28' } as const;
    const request = { ...today, includeProvisional: true };
    expect(await requests(request, '2026-11-28T16:40:00Z')).toEqual([1, 1, 1]);
    expect(await requests(request, '2026-11-28T16:41:00Z')).toEqual([2, 2, 2]);
  });
});
