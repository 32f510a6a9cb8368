import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// A plan without files: what all requests would meet is met once, however many sessions and tickers are wanted.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: Logged;
beforeEach(async () => {
  folder = await temporaryFolder();
  simulator = await start({ wire: 'polygon', now: () => NOW });
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const TICKERS = ['ALFA', 'NYXA', 'UMBR'];

it('of whole markets no file is asked for after the first was refused but those under way, nor of the tickers one by one', async () => {
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, concurrency: 2 },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.free },
    provider: { id: 'polygon', url: simulator.url, settings: { tier: 'starter', source: 'flat' } },
  });
  try {
    const ran = await history.backfill({ tickers: TICKERS, days: 120 });
    const asked = simulator.entries.filter(({ path }) => path.startsWith('/flatfiles/'));
    const files = asked.filter(({ path }) => path.includes('.csv.gz'));
    // Of each that was under way a file, the newest and a listing at most.
    expect(files.length).toBeLessThanOrEqual(8);
    expect(asked.length - files.length).toBeLessThanOrEqual(4);
    expect(ran).toMatchObject({ fetched: 0, failed: 3, bars: 0 });
    expect(ran.failures.map(({ ticker, code }) => `${ticker} ${code}`).toSorted()).toEqual(
      TICKERS.map((ticker) => `${ticker} not-entitled`),
    );
    expect(ran.failures[0]?.message).toContain('gives none of them');
  } finally {
    await history.close();
  }
});
